"""A question as it comes in: cleaned, bounded, and refused where it must not be used."""

import re
import unicodedata
from datetime import date
from functools import cache

from chatbot.language import LANGUAGES, Language
from chatbot.phrases import number, phrases, texts

# Day, month, year and serial number, as the CPR office writes them: "010203-1234", "0102031234", "010203 1234".
_CPR = re.compile(r"(?<![\d.,-])(\d{2})(\d{2})(\d{2})[ -]?(\d{4})(?![\d.,-]?\d)")


def clean(text: str) -> str:
    """The question in NFC on one line, without control, bidi and tag characters or lone surrogates."""
    kept = (
        " " if char.isspace() or unicodedata.category(char) == "Cc" else char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in ("Cf", "Cs")
    )
    return " ".join("".join(kept).split())


def without_greeting(question: str) -> str:
    """What is asked once the greeting before it is over: its words would only blur the question's vector."""
    return _greeting().sub("", question)


def refusal(question: str, language: Language, limit: int) -> str | None:
    """Why a cleaned question is not looked up, in its language, or None where it may be."""
    says = phrases(language)
    if not question:
        return says.empty
    if len(question) > limit:
        return says.too_long.format(limit=number(limit, language), length=number(len(question), language))
    if has_personal_number(question):
        return says.personal_number
    return None


def has_personal_number(text: str) -> bool:
    """Whether something in the text could be a Danish personal number: ten digits that begin with a date.

    The check digit is not tested: numbers given out since 2007 need not satisfy it. The day may be
    raised by 60, as in replacement numbers.
    """
    return any(_is_day(*map(int, match.groups()[:3])) for match in _CPR.finditer(text))


@cache
def _greeting() -> re.Pattern[str]:
    greetings = [greeting for language in LANGUAGES for greeting in texts(language).greetings]
    # The longest first: "Hi there" is more than "Hi".
    longest_first = "|".join(sorted(greetings, key=len, reverse=True))
    return re.compile(rf"^(?:{longest_first})\b[\s,.!–-]+(?=\w)", re.IGNORECASE)


def _is_day(day: int, month: int, year: int) -> bool:
    for century in (1900, 2000):
        try:
            date(century + year, month, day - 60 if day > 60 else day)
        except ValueError:
            continue
        return True
    return False
