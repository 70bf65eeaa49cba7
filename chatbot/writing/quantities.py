"""Numbers, percentages and dates in a form in which both languages and all ways of writing them are equal."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

# "4 000", "4.000,5", "1.3.2018"; and the words between them.
_TOKEN = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)*|%|‰|[^\W\d_]+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DATES = (
    re.compile(r"(?<!\d)(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
)

_T = TypeVar("_T")


def _numbered(names: str, first: int = 0) -> dict[str, int]:
    return {name: first + place for place, name in enumerate(names.split(",")) if name}


def _named(values: Sequence[_T], names: str) -> dict[str, _T]:
    """The names of each value: "a,b c" are two for the first value and one for the second."""
    return {name: value for value, group in zip(values, names.split(), strict=True) for name in group.split(",")}


_UNITS = {
    "en": _numbered(
        "zero,,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen,"
        "eighteen,nineteen"
    ),
    "da": _numbered(
        "nul,,to,tre,fire,fem,seks,syv,otte,ni,ti,elleve,tolv,tretten,fjorten,femten,seksten,sytten,atten,nitten"
    ),
}
_TENS = {
    "en": _numbered("twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety", 2),
    "da": _numbered("tyve,tredive,fyrre,halvtreds,tres,halvfjerds,firs,halvfems", 2),
}
_ROUND = {language: {name: 10 * n for name, n in names.items()} for language, names in _TENS.items()}
# "femogtyve" is one word.
_ROUND["da"] |= {
    f"{unit}og{ten}": 10 * tens + n
    for ten, tens in _TENS["da"].items()
    for unit, n in {**_UNITS["da"], "en": 1}.items()
    if 0 < n < 10
}
_ORDINALS = {
    "en": _numbered(",first,second,third,fourth,fifth,sixth,seventh,eighth,ninth,tenth,eleventh,twelfth"),
    # "anden" is left out: it also means "other".
    "da": _numbered(",første,,tredje,fjerde,femte,sjette,syvende,ottende,niende,tiende,ellevte,tolvte"),
}
_POWERS = (100, 10**3, 10**6, 10**9, 10**12)
_SCALES = {
    "en": _named(_POWERS, "hundred thousand,thousands million,millions,mio billion,billions,bn,mia trillion"),
    "da": _named(
        _POWERS,
        "hundrede,hundred tusind,tusinde,tusinder million,millioner,mio milliard,milliarder,mia billion,billioner",
    ),
}
_OTHERS = _named(("1/2", "12", "2"), "half,halves,halvdelen,halv,halve dozen,dusin twice,double,dobbelt,dobbelte")
_MONTHS = {
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "da": "januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
}
_DAYS = {
    "en": "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
    "da": "mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag",
}
_CALENDAR = {
    language: {
        name: f"{kind} {n}"
        for kind, names in (("month", _MONTHS), ("day", _DAYS))
        for name, n in _numbered(names[language], 1).items()
    }
    for language in _MONTHS
}
_PERCENT = frozenset({"%", "percent", "percentage", "pct", "procent"})


def quantities(text: str, language: str) -> frozenset[str]:
    """Every number in `text`, in digits or in words of `language` ("da", else English), every month and weekday.

    "4.000", "4,000", "four thousand" and "fire tusinde" are all "4000"; "77 per cent" is "77%"; "March" and "marts"
    are "month 3", and so is the one in "1.3.2018". "one" is no number: it is a pronoun too often.
    """
    text = unicodedata.normalize("NFKC", text)
    spoken = "da" if language == "da" else "en"
    dates = {f"month {int(found['month'])}" for form in _DATES for found in form.finditer(text)}
    return frozenset((*_read(_TOKEN.findall(text), spoken), *dates))


def missing(claimed: frozenset[str], given: frozenset[str]) -> frozenset[str]:
    """What is claimed and not given; a percentage also gives its number."""
    return claimed - given - {quantity.removesuffix("%") for quantity in given}


def _read(tokens: list[str], language: str) -> Iterator[str]:
    number = _Number(language)
    for place, token in enumerate([*tokens, ""]):
        word = token.lower()
        following = tokens[place + 1].lower() if place + 1 < len(tokens) else ""
        if number.takes(word, following):
            continue
        percent = word in _PERCENT or (word == "per" and following == "cent")
        yield from number.written("%" if percent else "")
        if token[:1].isdigit():
            *before, last = _values(token)
            yield from map(_plain, before)
            number.begin(last)
        elif number.begins(word):
            continue
        elif word in _ORDINALS[language]:
            yield str(_ORDINALS[language][word])
        elif word in _OTHERS:
            yield _OTHERS[word]
        elif (named := token if token in _CALENDAR[language] else word) in _CALENDAR[language]:
            yield _CALENDAR[language][named]


class _Number:
    """A number that is put together from words, or from digits and words: "two hundred and five", "4,5 mio"."""

    def __init__(self, language: str) -> None:
        self._words = _UNITS[language] | _ROUND[language]
        self._scales = _SCALES[language]
        self._value: Decimal | None = None
        self._before = Decimal(0)  # what the thousands and millions before make

    def begin(self, value: Decimal) -> None:
        self._value, self._before = value, Decimal(0)

    def begins(self, word: str) -> bool:
        """Whether the word is a number; it is taken then."""
        if word in self._words:
            self.begin(Decimal(self._words[word]))
        return word in self._words

    def takes(self, word: str, following: str) -> bool:
        """Whether the word goes on with the number; it is taken then."""
        value = self._value
        if word in self._scales:
            scale = self._scales[word]
            if scale == 100:
                self._value = (value or Decimal(1)) * scale
            else:
                self._before += (value or Decimal(1)) * scale
                self._value = Decimal(0)
            return True
        if value is None:
            return False
        if word in self._words:
            added = self._words[word]
            fits = value % 100 == 0 or (value % 10 == 0 and added < 10)
            self._value = value + added if fits else value
            return fits
        return word in ("and", "og") and value % 100 == 0 and following in self._words

    def written(self, unit: str) -> Iterator[str]:
        """The number that has ended, if there is one."""
        if self._value is not None:
            yield _plain(self._value + self._before) + unit
        self._value, self._before = None, Decimal(0)


def _values(token: str) -> list[Decimal]:
    """ "4.000" is a number with its thousands set off, "4.5" and "4,5" have a decimal, "1.3.2018" is three numbers."""
    digits = re.sub(r"\s", "", token)
    if _GROUPED.fullmatch(digits):
        return [Decimal(re.sub(r"[.,]", "", digits))]
    parts = re.split(r"[.,]", digits)
    if len(parts) == 2:
        return [Decimal(".".join(parts))]
    if len(parts) > 2 and digits.count(".") and digits.count(","):
        return [Decimal("".join(parts[:-1]) + "." + parts[-1])]
    return [Decimal(part) for part in parts]


def _plain(number: Decimal) -> str:
    """Without leading zeros, and without trailing ones behind the point."""
    written = format(number, "f")
    return (written.rstrip("0").rstrip(".") if "." in written else written) or "0"
