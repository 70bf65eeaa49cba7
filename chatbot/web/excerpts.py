"""A quote in its context: the passage around a citation."""

from dataclasses import dataclass

from chatbot.answer import Citation
from chatbot.corpus import Document


@dataclass(frozen=True)
class Excerpt:
    """The text around a citation; `before + citation.quote + after` is a verbatim piece of the document.

    Attributes:
        headings: the document's title and the headings above the quote, outermost first.
    """

    document: Document
    headings: tuple[str, ...]
    before: str
    citation: Citation
    after: str


def excerpt(citation: Citation) -> Excerpt:
    """The passage that the citation was taken from, as it was when the question was answered.

    Raises:
        ValueError: the citation was read from JSON, which does not hold it.
    """
    around = citation.around
    if around is None:
        raise ValueError("This citation has no surroundings; only one made by `cite` has.")
    return Excerpt(
        document=around.document,
        headings=(citation.title, *citation.headings),
        before=around.document.text[around.start : citation.start],
        citation=citation,
        after=around.document.text[citation.end : around.end],
    )
