"""Everything the product says, in both languages: the texts stand in `texts/`, one file a language."""

import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, TypeAdapter, with_config

from chatbot.language import Language

_exact = with_config(ConfigDict(extra="forbid"))


@_exact
@dataclass(frozen=True)
class Phrases:
    """The strings of one language; braces are filled with `str.format`."""

    title: str
    about_one: str
    about_many: str
    all_documents: str
    automatic: str
    contact: str
    question: str
    ask: str
    start_over: str
    try_asking: str
    examples: tuple[str, ...]
    conversation: str
    you_asked: str
    understood_as: str
    clear: str
    possible: str
    written: str
    stood_in: str
    in_language: dict[str, str]
    page: str
    see_also: str
    open_source: str
    opens_source: str
    show_passage: str
    hide_passage: str
    copy: str
    copied: str
    helpful: str
    yes: str
    no: str
    comment: str
    send: str
    thank_you: str
    not_sent: str
    not_found: str
    they_cover: str
    topic_question: str
    empty: str
    too_long: str
    personal_number: str
    feedback_stored: str
    nothing_stored: str
    questions_logged: str
    getting_ready: str
    steps: dict[str, str]
    searching: str
    crowded: str
    not_ready: str
    failure: str
    broken: str
    busy: str
    try_again: str
    needs_scripts: str
    theme: str
    other_language: str
    navigation: str
    ask_a_question: str
    about: str
    api: str
    to_the_quote: str
    source: str
    date: str
    language: str
    languages: dict[str, str]
    months: tuple[str, ...]
    day: str
    no_such_page: str
    no_such_document: str
    document_changed: str
    about_sections: tuple[tuple[str, str], ...]
    privacy: str
    privacy_always: str
    privacy_without_log: str
    privacy_with_log: str
    privacy_with_feedback: str
    privacy_with_model: str
    about_written: tuple[str, str]
    writes_nothing: str
    contact_heading: str
    documents_heading: str
    greeting: str
    close: str
    offline: str
    unavailable: str
    later: str
    refused: str

    def place(self, headings: Sequence[str], page: int | None) -> str:
        """Where something stands: "Denmark › Strategies, page 3"."""
        path = " › ".join(headings)
        return path if page is None else f"{path}, {self.page.format(number=page)}"

    def stored(self, *, questions: bool, feedback: bool) -> str:
        """What is kept of what people write."""
        if questions:
            return self.questions_logged
        return self.feedback_stored if feedback else self.nothing_stored


@_exact
@dataclass(frozen=True)
class DemoPhrases:
    """What the page that shows the widget's options says; `options` are labels by attribute or property."""

    heading: str
    told: str
    options: dict[str, str]
    choices: dict[str, str]
    tag: str
    style: str
    events: str
    no_events: str


@_exact
@dataclass(frozen=True)
class Pleasantry:
    """Something said out of courtesy: how it may sound, and what is said back."""

    sounds_like: tuple[str, ...]
    reply: str


@_exact
@dataclass(frozen=True)
class Texts:
    """All texts of one language; `pleasantries` have the same names in both."""

    greetings: tuple[str, ...]
    not_pleasantries: tuple[str, ...]
    phrases: Phrases
    demo: DemoPhrases
    pleasantries: dict[str, Pleasantry]


def read_texts(toml: str) -> Texts:
    """The texts that a file holds.

    Raises:
        ValidationError: one is missing, one too many, or something else than a text.
    """
    return TypeAdapter(Texts).validate_python(tomllib.loads(toml))


@cache
def texts(language: Language) -> Texts:
    return read_texts(files("chatbot").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def phrases(language: Language) -> Phrases:
    return texts(language).phrases


def demo_phrases(language: Language) -> DemoPhrases:
    return texts(language).demo


def number(value: int, language: Language) -> str:
    """1,240 in English, 1.240 in Danish."""
    shown = f"{value:,}"
    return shown.replace(",", ".") if language == "da" else shown


def written_date(date: str, language: Language) -> str:
    """2024-03-01 as 1 March 2024 or 1. marts 2024; anything but such a date as it stands."""
    try:
        when = datetime.date.fromisoformat(date)
    except ValueError:
        return date
    says = phrases(language)
    return says.day.format(day=when.day, month=says.months[when.month - 1], year=when.year)
