"""Feedback: one validated row a vote, personal details masked before it is stored, in SQLite."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chatbot.answer import Status
from chatbot.errors import ChatbotError
from chatbot.language import Language
from chatbot.question import clean

# Beyond this nothing more is taken, so that no flood fills the disk: half a gigabyte at the very worst.
MAX_ROWS = 50_000

# Before the @ stand 64 characters at most (RFC 5321); unbounded, a long word would be tried from each of its letters.
_E_MAIL = re.compile(r"[^\s@<>()]{1,64}\s?(?:@|\(at\)|\[at\])\s?[^\s@<>()]+")
# Eight digits or more with at most two separators between any two: personal, phone, card and account numbers.
_NUMBER = re.compile(r"\+?\d(?:[ .\-‐‑–—−/()]{0,2}\d){7,}")
_YEARS = re.compile(r"(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d")


def mask(text: str) -> str:
    """The text with e-mail addresses and long numbers replaced, Danish personal and phone numbers among them.

    It errs towards masking: a date written in digits is taken for a number too, a span of years is not.
    """

    def number(match: re.Match[str]) -> str:
        return match.group() if _YEARS.fullmatch(match.group()) else "[number]"

    return _NUMBER.sub(number, _E_MAIL.sub("[e-mail]", text))


def _masked(text: str) -> str:
    return mask(clean(text))


class Feedback(BaseModel):
    """What somebody thought of one answer. Nothing in it says who; question and comment are masked when it is made.

    Attributes:
        answer: the `id` of the answer.
        question: as it was asked, and `language`, `status` as it was answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    question: Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_masked)]
    language: Language
    status: Status
    vote: Literal["yes", "no"]
    comment: Annotated[str, StringConstraints(max_length=1000), AfterValidator(_masked)] = ""


class StoredFeedback(Feedback):
    """A row as it is kept; `time` is when it was stored, in UTC, to the hour."""

    time: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(minute=0, second=0, microsecond=0))


class FeedbackStore:
    """The rows, in one SQLite file that several processes may share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, feedback: Feedback) -> bool:
        """Store one row; False where the store is full.

        Raises:
            ChatbotError: the file cannot be written.
        """
        row = StoredFeedback(**feedback.model_dump()).model_dump(mode="json")
        try:
            with closing(self._open()) as connection, connection:
                added = connection.execute(
                    "INSERT INTO feedback SELECT :answer, :question, :language, :status, :vote, :comment, :time "
                    "WHERE (SELECT count(*) FROM feedback) < :most",
                    {**row, "most": MAX_ROWS},
                )
                return added.rowcount == 1
        except (sqlite3.Error, OSError) as error:
            raise ChatbotError(f"Feedback could not be stored in {self._path} ({error}).") from None

    def rows(self) -> Iterator[StoredFeedback]:
        """Every row, oldest first.

        Raises:
            ChatbotError: there is no such file, or it is not a feedback store.
        """
        if not self._path.is_file():
            raise ChatbotError(f"There is no feedback in {self._path} yet. CHATBOT_FEEDBACK names the file.")
        try:
            with closing(self._open()) as connection:
                connection.row_factory = sqlite3.Row
                for row in connection.execute("SELECT * FROM feedback ORDER BY rowid"):
                    yield StoredFeedback(**row)
        except sqlite3.Error as error:
            raise ChatbotError(f"Feedback cannot be read from {self._path} ({error}).") from None

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=5)
        columns = ", ".join(f"{name} TEXT NOT NULL" for name in StoredFeedback.model_fields)
        connection.execute(f"CREATE TABLE IF NOT EXISTS feedback ({columns})")
        return connection
