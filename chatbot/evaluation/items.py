"""What is asked: a labelled question, where its evidence stands, and which of them a run asks."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from chatbot.answer import Citation

Split = Literal["dev", "test"]


class Place(BaseModel, frozen=True):
    """A piece of a document, by its id and character offsets."""

    document: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Of the passage that stands there, where one does."""
        return f"{self.document}:{self.start}-{self.end}"


def overlap(one: Place, other: Place) -> int:
    """How many characters two pieces share."""
    if one.document != other.document:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def holds(outer: Place | Citation, inner: Place | Citation) -> bool:
    """Whether all of `inner` lies in `outer`."""
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


class Question(BaseModel, frozen=True, extra="forbid"):
    """A question with what is known about it.

    Attributes:
        language: ISO 639-1 code of the question.
        answerable: whether the documents hold the answer.
        answers: any of these strings, normalised, must be in the answer.
        kind: what makes it hard; None for questions from a SQuAD file.
        history: earlier questions of the same conversation, asked first, in order.
        evidence: the words of the document that answer it, verbatim.
    """

    id: str
    language: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    kind: str | None = None
    history: tuple[str, ...] = ()
    evidence: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Item:
    """A question, every place of its evidence, and the documents that must not be used for it.

    `about` is the document it was written for, answerable or not, where that is known.
    """

    question: Question
    places: tuple[Place, ...] = ()
    without: frozenset[str] = frozenset()
    about: str | None = None


def split_of(identity: str) -> Split:
    """The half a question belongs to: `dev` where the first byte of its id's SHA-256 is even, else `test`.

    The half depends on the id alone, so adding or removing questions moves no other question.
    """
    return "test" if hashlib.sha256(identity.encode()).digest()[0] % 2 else "dev"


def select(items: Sequence[Item], split: Split | None, sample: int | None, seed: int) -> list[Item]:
    """The items of one half, and of those `sample` chosen by hashing `seed` with their ids; in their order."""
    chosen = [item for item in items if split is None or split_of(item.question.id) == split]
    if sample is None or sample >= len(chosen):
        return chosen
    drawn = sorted(chosen, key=lambda item: hashlib.sha256(f"{seed}:{item.question.id}".encode()).digest())
    kept = {item.question.id for item in drawn[:sample]}
    return [item for item in chosen if item.question.id in kept]


def occurrences(piece: str, text: str) -> Iterator[int]:
    """Every offset at which `piece` stands in `text`."""
    offset = text.find(piece)
    while offset >= 0:
        yield offset
        offset = text.find(piece, offset + 1)
