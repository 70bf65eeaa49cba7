"""What programs send and get: a question with its conversation in, an answer that stands on its own out."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from chatbot.answer import Answer, Certainty, Citation, Status, Wording, WrittenSentence, cite
from chatbot.corpus import Document, Entry
from chatbot.language import Language
from chatbot.web.links import document_page

_QUESTION = "How many IT systems does the state have?"

# Anything longer than the longest question that can be set is not even looked at.
_Text = Annotated[str, StringConstraints(max_length=10_000)]


def _number(value: object) -> object:
    """8.0 is an integer in JSON; "8" and true are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Input should be an integer")
    return value


_Offset = Annotated[int, Field(ge=0, le=2**31), BeforeValidator(_number)]


class Place(BaseModel):
    """A piece of a document: `start` and `end` of a citation, as it was received."""

    document: Annotated[str, StringConstraints(max_length=1000)]
    start: _Offset
    end: _Offset


class Turn(BaseModel):
    """An earlier question of the same conversation, with what of its answer a follow-up may point back to."""

    question: _Text
    status: Status = Status.ANSWERED
    understood_as: Annotated[str, StringConstraints(max_length=40_000)] | None = None
    citation: Place | None = Field(None, description="The first citation of its answer.")

    def answer(self, documents: Mapping[str, Document]) -> Answer:
        """The answer as far as it matters to what is asked next; a place that no document has is left out."""
        citations: tuple[Citation, ...] = ()
        place = self.citation
        if place and place.document in documents and place.end <= place.start + 10_000:
            with suppress(ValueError):
                citations = (cite(documents[place.document], place.start, place.end),)
        return Answer(
            question=self.question,
            language="en",
            status=self.status,
            text="",
            citations=citations,
            understood_as=self.understood_as,
        )


class AskRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": _QUESTION},
                {"question": "Who leads it?", "history": [{"question": "What does the Agency do?"}], "language": "en"},
            ]
        }
    )

    question: _Text = Field(description="In Danish or English.")
    language: Language | None = Field(
        None, description="Of what stands around the quote, where the question does not show its own."
    )
    history: list[Turn] = Field(
        default=[], max_length=10, description="The conversation before it, oldest first; nothing is kept here."
    )


class CitedPlace(BaseModel):
    """Where a quote stands. Offsets count Unicode characters of the document's text."""

    number: int = Field(description="As sources are numbered, from 1.")
    document: str
    title: str
    source: str | None
    date: str | None
    language: str = Field(description="Of the document.")
    headings: list[str] = Field(description="The document's title and the headings above the quote, outermost first.")
    page: int | None = Field(description="Of a PDF, or the slide of a presentation, that the quote begins on.")
    quote: str = Field(description="Verbatim: the document's text from `start` to `end`.")
    start: int
    end: int
    highlights: list[tuple[int, int]] = Field(
        description="Words of the quote that met the question best, as offsets into the quote."
    )
    before: str = Field(description="The text before the quote in its passage.")
    after: str = Field(description="The text after it.")
    url: str = Field(description="The document's page at the quote, relative to this service.")


class AskResponse(BaseModel):
    """An answer with everything that is needed to show it."""

    id: str = Field(description="Names the answer in feedback.")
    question: str
    language: Language
    status: Status
    certainty: Certainty | None = Field(description="Only where answered.")
    text: str = Field(description="Where answered the quote or what a language model wrote, else what is said instead.")
    wording: Wording = Field(
        description="Whether the text is `quoted`, `written` by a language model, or a quote that `stood_in` for what it "
        "wrote, which did not come in time or which no document supports."
    )
    sentences: list[WrittenSentence] = Field(
        description="Of a written text, each with the number of the citation that supports it."
    )
    confidence: float | None = Field(description="The chance that the text answers the question, in [0, 1].")
    citations: list[CitedPlace]
    suggestions: list[str] = Field(description="Topics that the documents do cover, where they do not answer.")
    understood_as: str | None = Field(description="The stand-alone question a follow-up was read as.")


class DocumentEntry(BaseModel):
    """A document that answers are quoted from."""

    id: str
    title: str
    source: str | None
    date: str | None
    language: str
    characters: int = Field(description="Length of its text.")
    url: str = Field(description="Its page, relative to this service.")


class DocumentWithText(DocumentEntry):
    """A document with its text, in which offsets of citations count."""

    text: str


def entry(document: Entry) -> DocumentEntry:
    return DocumentEntry(**asdict(document), url=f"/{document_page(document.id)}")


def response(answer: Answer) -> AskResponse:
    """An answer as it is sent, and as the page shows it.

    Raises:
        ValueError: a citation was read from JSON, which does not hold where it was taken from.
    """
    sent = answer.model_dump(exclude={"citations"})
    return AskResponse(**sent, citations=[_place(*numbered) for numbered in enumerate(answer.citations, start=1)])


def _place(number: int, citation: Citation) -> CitedPlace:
    """The place as it was when the question was answered, whatever became of the document since."""
    around = citation.around
    if around is None:
        raise ValueError("This citation has no surroundings; only one made by `cite` has.")
    document = around.document
    return CitedPlace(
        **citation.model_dump(exclude={"headings"}),
        number=number,
        source=document.source,
        date=document.date,
        language=document.language,
        headings=[citation.title, *citation.headings],
        highlights=[(start - citation.start, end - citation.start) for start, end in citation.highlights],
        before=document.text[around.start : citation.start],
        after=document.text[citation.end : around.end],
        url=f"/{document_page(document.id, citation.start, citation.end, document.version)}",
    )
