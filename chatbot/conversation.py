"""Conversation: a follow-up becomes questions that stand alone, one of which is then answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from chatbot.answer import Answer
from chatbot.language import Language, shown_language
from chatbot.lexical import content_runs, words
from chatbot.sentences import Span

# Closed classes of words that point back. The personal ones always do; the others may also be articles,
# conjunctions or adverbs ("den digitale strategi", "that Denmark …"), so the plain question is tried as well.
_PERSONAL = {
    "en": {"it", "they", "them", "he", "she", "him"},
    "da": {"han", "hun", "ham", "hende"},
}
# Who may be a minister or an office's head, but not an office; only a name that was asked about can stand in.
_HUMAN = {"en": {"he", "she", "him"}, "da": {"han", "hun", "ham", "hende"}}
_POSSESSIVE = {
    "en": {"its", "their", "his", "her", "hers", "theirs"},
    "da": {"hans", "hendes", "dens", "dets", "deres"},
}
_POINTING = {
    "en": {"this", "that", "these", "those", "there", "then", "one", "ones", "same"},
    "da": {"den", "det", "de", "dem", "der", "denne", "dette", "disse", "sådan", "samme"},
}
_OPENERS = {"en": ("and", "but", "so", "or", "what about", "how about"), "da": ("og", "men", "så", "eller", "hvad med")}
_TOKEN = re.compile(r"\w+(?:-\w+)*")

# Readings of a follow-up that are tried; each costs one encoding of a question.
_VARIANTS = 4


@dataclass(frozen=True)
class Resolved:
    """A question that stands alone; `text[carried]` comes from the conversation, the rest from the asker.

    What the asker just said is what the answer has to meet; what was carried over only says about what.
    """

    text: str
    carried: Span = (0, 0)

    @cached_property
    def language(self) -> Language | None:
        """The one it is in, as far as it shows."""
        return shown_language(self.text)


@dataclass(frozen=True)
class Understanding:
    """What a question may mean after what was said before.

    Attributes:
        plain: the question stands alone, or may do so.
        resolved: stand-alone versions of it, most likely first.
        last_resort: nothing points back, it is only short; the versions count if it has no answer as it is.
    """

    plain: bool
    resolved: tuple[Resolved, ...] = ()
    last_resort: bool = False


def understand(question: str, language: str, history: Sequence[Answer]) -> Understanding:
    """Which stand-alone questions `question` may be, given the earlier answers, oldest first.

    A question without a word that points back and with enough words of its own is never touched.
    """
    spoken = [turn for turn in history if turn.status in ("answered", "not_found")]
    if not spoken:
        return Understanding(plain=True)
    tokens = [match.group() for match in _TOKEN.finditer(question)]
    pointing = [token for token in tokens if _points(token, language)]
    strong = any(token.lower() in _PERSONAL[language] | _POSSESSIVE[language] for token in pointing)
    opened = question.lower().startswith(tuple(opener + " " for opener in _OPENERS[language]))
    own = len(words(question))
    if not (pointing or opened or own <= 1):
        return Understanding(plain=True)
    variants = dict.fromkeys(_resolve(question, language, pointing, spoken[-1]))
    # "Is it true that Denmark …" has enough words of its own; "Who leads it?" has not.
    plain = not opened and not (strong and own <= 2)
    return Understanding(plain, tuple(variants)[:_VARIANTS], last_resort=not (pointing or opened))


def _points(token: str, language: str) -> bool:
    if token.isupper() and len(token) > 1:
        return False  # "IT" is no pronoun
    return token.lower() in _PERSONAL[language] | _POSSESSIVE[language] | _POINTING[language]


def _resolve(question: str, language: str, pointing: Sequence[str], last: Answer) -> Iterator[Resolved]:
    """The question with what it points back to in the pointing word's place, or behind it in brackets."""
    before = last.understood_as or last.question
    replaceable = _PERSONAL[language] | (_POINTING[language] & {"den", "det", "de", "dem", "that", "those"})
    pronoun = next((token for token in pointing if token.lower() in replaceable), None)
    asked = before.rstrip(" ?!.")
    if pronoun is None:
        yield _behind(question, asked)
    human = pronoun is not None and pronoun.lower() in _HUMAN[language]
    for subject in _named(before) if human else _subjects(before, last):
        yield _behind(question, subject) if pronoun is None else _instead(question, pronoun, subject)
    if pronoun is not None:
        yield _behind(question, asked)


def _behind(question: str, carried: str) -> Resolved:
    start = len(question) + 2
    return Resolved(f"{question} ({carried})", (start, start + len(carried)))


def _instead(question: str, pronoun: str, subject: str) -> Resolved:
    place = re.search(rf"\b{re.escape(pronoun)}\b", question)
    start, end = place.span() if place else (len(question), len(question))
    return Resolved(question[:start] + subject + question[end:], (start, start + len(subject)))


def _subjects(before: str, last: Answer) -> Iterator[str]:
    """What was talked about: phrases of the last question, then names in the sentence that answered it."""
    yield from sorted(content_runs(before), key=len, reverse=True)[:2]
    if last.citations:
        names = [run for run in content_runs(last.citations[0].quote) if _is_name(run)]
        yield from names[:2]


def _named(before: str) -> Iterator[str]:
    yield from (run for run in content_runs(before) if _is_name(run))


def _is_name(run: str) -> bool:
    parts = run.split()
    return len(parts) > 1 and all(part[0].isupper() for part in parts)
