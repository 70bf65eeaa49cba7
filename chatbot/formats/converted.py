"""What a conversion gives: Markdown text with its pages and what the file says of itself, or why there is none."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

# About 2,500 printed pages; more is a database or a bomb, and would fill the memory of whoever splits it.
MAX_CHARACTERS = 5_000_000

# What programs put where nobody wrote a title.
_NO_TITLE = re.compile(
    r"untitled|unavngivet|ikke-navngivet|microsoft (word|powerpoint|excel)|(word|powerpoint|excel)[- ]"
    r"|.*\.(docx?|pptx?|xlsx?|odt|pdf|indd|html?)$",
    re.IGNORECASE,
)


class UnreadableError(Exception):
    """A file gives no text; the message follows "NAME was skipped: " and says what to do."""


class Converted(BaseModel):
    """A file as Markdown.

    Attributes:
        pages: where in `text` each page (or slide) begins, in characters; empty where the format has no pages.
        title: as the file names itself, as are `source` (who publishes it) and `date` (ISO 8601).
        language: as the file states it, or as it reads; None where nobody looked.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    pages: tuple[int, ...] = ()
    title: str | None = None
    source: str | None = None
    date: str | None = None
    language: str | None = None


class Reply(BaseModel):
    """What became of one file: text, or why there is none."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    converted: Converted | None = None
    unreadable: str | None = None


def too_long() -> UnreadableError:
    """For text past `MAX_CHARACTERS`."""
    return UnreadableError(f"it holds more than {MAX_CHARACTERS:,} characters of text. Split it into smaller files.")


def stated_date(properties: Any) -> str | None:
    """The day an Office file says it was last changed or, failing that, made."""
    dated = properties.modified or properties.created
    return dated.date().isoformat() if dated else None


def stated_title(title: str | None) -> str | None:
    """The title a file states, unless a program rather than a person wrote it."""
    title = (title or "").strip()
    return None if not title or _NO_TITLE.match(title) else title
