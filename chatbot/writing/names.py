"""Names and addresses in a sentence, and whether a passage has them."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from chatbot.lexical import is_stop_word

_WORD = re.compile(r"[^\W_]+(?:['’&][^\W_]+)*")
_GENITIVE = re.compile(r"['’]s?$")

# What leads somewhere: an address with a scheme, of a host, of a mailbox, of an account, of a machine.
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*:(?=[^\s\d])[^\s<>\"')\]]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*|@\w+"
    r"|\b(?:[\w-]+\.)+[^\W\d_]{2,}\b(?:[/?#:][^\s<>\"')\]]*)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]*(?::[0-9a-f]*){3,}\b",
    re.IGNORECASE,
)

# The same name in both languages, and the people and the adjective with the country.
_SAME = (
    "denmark danmark danish dansk danske danskerne danes",
    "europe europa european europæisk europæiske",
    "sweden sverige swedish svensk svenske",
    "norway norge norwegian norsk norske",
    "finland finnish finsk finske",
    "iceland island icelandic islandsk islandske",
    "greenland grønland greenlandic grønlandsk grønlandske",
    "germany tyskland german tysk tyske",
    "nordic norden nordisk nordiske",
    "copenhagen københavn",
    "un fn",
)
_ONE = {name: group.split()[0] for group in _SAME for name in group.split()}

# Capitalised where a sentence begins or as part of a title, and no name.
_OPENERS = (
    "according additionally also although altogether another around because besides both consequently currently "
    "despite due during each either every following further furthermore generally given hence however including "
    "initially instead it its later likewise many moreover most nearly nevertheless nowadays often once only "
    "originally otherwise overall people previously recently similarly since some specifically subsequently such "
    "therefore these they this those though thus today together traditionally typically ultimately under unlike until "
    "usually various when where whereas which while with within without alle allerede alligevel altså bl blandt både "
    "cirka dels deres derfor derimod derudover desuden dette disse eftersom endvidere enkelte flere forskellige fordi "
    "foruden først gennem generelt hele herefter hertil herudover hver hvert ifølge imidlertid lige ligeledes mange "
    "med mens mindst nogle nuværende når nylig omkring over samlet samt samtidig senest siden sidste således særligt "
    "tidligere tilsammen typisk uden ved ydermere minister president director professor king queen prince princess "
    "chancellor prime chairman mayor mr mrs ms dr sir staten landet folketinget loven strategien tilliden brugen "
    "målet aftalen borgere kommuner regioner myndigheder virksomheder citizens businesses municipalities regions "
    "authorities approximately ministeren statsminister præsident direktør kong dronning prins prinsesse kansler "
    "formand borgmester hr fru "
)
_GENERIC = frozenset(_OPENERS.split())

# Endings that no name has, with which a sentence may begin in a word that the source does not have.
_COMMON = re.compile(
    r"(?:erne|ingen|inger|elsen|elser|heden|heder|tionen|tioner|teten|teter|eriet|tallet|skabet"
    r"|tions?|ities|ness|(?:ic|u|tion)ally|ently|antly|ately|ively|ously|edly)$"
)


@dataclass(frozen=True)
class Known:
    """The words that a source has, to look names up in."""

    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_key(word) for word in _WORD.findall(self.text))

    @cached_property
    def lower(self) -> frozenset[str]:
        """Words that stand there in small letters: no names."""
        return frozenset(word for word in _WORD.findall(self.text) if word.islower())

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        keys = [_key(word) for word in _WORD.findall(self.text)]
        return frozenset(pairwise(keys))


def has_strange_name(sentence: str, source: Known, question: str = "") -> bool:
    """Whether there is a name in `sentence` that `source` does not have.

    A name is a word with a capital that has no other reason for one: it begins no sentence, or no word that `source` or
    the question has in small letters. Two names side by side must be neighbours in the source too, so that nobody's first
    name gets another's last.
    """
    ordinary = source.lower | Known(question).lower
    before: tuple[str, int] | None = None
    for position, match in enumerate(_WORD.finditer(sentence)):
        word = match.group()
        generic = is_stop_word(word) or word.lower() in _GENERIC or word.lower() in ordinary
        begins = position == 0
        if word[1:].islower() or len(word) == 1:
            named = word[0].isupper() and not (begins and (generic or _COMMON.search(word)))
        else:
            named = any(letter.isupper() for letter in word) or any(letter.isdigit() for letter in word)
        if not named or word.isdigit() or word in ("I", "A"):
            before = None
            continue
        key = _key(word)
        if key not in source.words:
            if begins or word.lower() not in _GENERIC:
                return True
        elif before and sentence[before[1] : match.start()] == " " and (before[0], key) not in source.pairs:
            return True
        before = None if generic else (key, match.end())
    return False


def has_strange_address(sentence: str, source: Known) -> bool:
    """Whether there is an address in `sentence` that `source` does not have, letter by letter."""
    found = (match.group().rstrip(".,;:!?") for match in _ADDRESS.finditer(sentence))
    return not all(_holds(source.text.casefold(), address.casefold()) for address in found)


def _holds(text: str, address: str) -> bool:
    # Whole: "gov.dk" is not in "gov.dk.example".
    return bool(address) and re.search(rf"(?<![\w.@-]){re.escape(address)}(?![\w-]|\.\w)", text) is not None


def _key(word: str) -> str:
    """A word as it is compared: without its genitive, and the same in both languages."""
    plain = _GENITIVE.sub("", word.casefold())
    if plain in _ONE:
        return _ONE[plain]
    bare = plain.removesuffix("s")
    return _ONE.get(bare, bare)
