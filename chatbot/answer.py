"""What the chatbot returns: an answer with citations that are checked when they are made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, computed_field
from pydantic.json_schema import SkipJsonSchema

from chatbot.corpus import Document
from chatbot.language import Language


class Status(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    SMALL_TALK = "small_talk"
    REJECTED = "rejected"


class Certainty(StrEnum):
    """How sure an answer is, in the words it is shown with."""

    CLEAR = "clear"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Surroundings:
    """The passage a quote was taken from: `document.text[start:end]`."""

    document: Document
    start: int
    end: int


class Citation(BaseModel):
    """A verbatim piece of a document: `document.text[start:end] == quote`.

    Made by `cite` alone, which takes the quote from the document and never from anywhere else.

    Attributes:
        headings: those above the quote, outermost first, without one that repeats the title.
        page: number of the page or slide the quote begins on, where the document has pages.
        highlights: words of the quote that met the question best, as document offsets; not part of the JSON.
        around: where it was taken from, so that it can be shown there whatever became of the index since; not part of
            the JSON.
    """

    model_config = ConfigDict(frozen=True)

    document: str
    title: str
    quote: str
    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    highlights: tuple[tuple[int, int], ...] = Field(default=(), exclude=True)
    around: SkipJsonSchema[Surroundings | None] = Field(default=None, exclude=True, repr=False)


def cite(
    document: Document,
    start: int,
    end: int,
    headings: Sequence[str] = (),
    highlights: tuple[tuple[int, int], ...] = (),
    within: tuple[int, int] | None = None,
) -> Citation:
    """The citation of `document.text[start:end]`, which stands under `headings` in the passage at `within`.

    Raises:
        ValueError: the offsets do not name a piece of the document.
    """
    first, last = within or (start, end)
    return Citation(
        document=document.id,
        title=document.title,
        quote=document.slice(start, end),
        start=start,
        end=end,
        headings=tuple(headings[1:] if [*headings[:1]] == [document.title] else headings),
        page=document.page(start),
        highlights=highlights,
        around=Surroundings(document, min(first, start), max(last, end)),
    )


class Wording(StrEnum):
    """Who wrote the text of an answer: a document, a language model, or a document because the model's did not do."""

    QUOTED = "quoted"
    WRITTEN = "written"
    STOOD_IN = "stood_in"


class WrittenSentence(BaseModel):
    """One sentence by a language model; `source` is the number of the citation that supports it, from 1."""

    model_config = ConfigDict(frozen=True)

    text: str
    source: int


class Answer(BaseModel):
    """The answer to one question.

    Attributes:
        id: names the answer in feedback: the same question with the same outcome has the same id, always and anywhere.
        language: of the question, and so of the frame around the quote.
        text: the quote where answered, or what a language model wrote, else what is said instead.
        wording: who wrote the text.
        sentences: the text sentence by sentence, where a language model wrote it.
        confidence: the chance that the text answers the question, in [0, 1]; None where nothing was looked up.
        citations: the quote's place first, then up to two passages that support it; of a written text, the sentence
            behind each of its sentences.
        suggestions: topics the corpus does cover, where it does not answer.
        understood_as: the stand-alone question a follow-up was read as.
    """

    model_config = ConfigDict(frozen=True)

    question: str
    language: Language
    status: Status
    certainty: Certainty | None = None
    text: str
    confidence: float | None = Field(default=None, ge=0, le=1)
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    understood_as: str | None = None
    wording: Wording = Wording.QUOTED
    sentences: tuple[WrittenSentence, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def id(self) -> str:
        places = (f"{citation.document}:{citation.start}:{citation.end}" for citation in self.citations)
        parts = (self.question, self.understood_as or "", self.language, self.status, self.text, *places)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
