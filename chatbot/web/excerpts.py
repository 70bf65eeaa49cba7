"""A quote in its context: the passage around a citation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatbot.answer import Citation
from chatbot.corpus import Document
from chatbot.passages import Passage


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


class Excerpts:
    """Finds the excerpt of a citation; made once for a chatbot's documents and passages."""

    def __init__(self, documents: Mapping[str, Document], passages: Iterable[Passage]) -> None:
        self._documents = documents
        self._passages: dict[str, list[Passage]] = defaultdict(list)
        for passage in passages:
            self._passages[passage.document.id].append(passage)

    def around(self, citation: Citation) -> Excerpt:
        """The passage that holds the citation; the passages it runs across, where it does."""
        document = self._documents[citation.document]
        touched = [
            passage
            for passage in self._passages[citation.document]
            if passage.start < citation.end and citation.start < passage.end
        ]
        start = min([citation.start, *(passage.start for passage in touched)])
        end = max([citation.end, *(passage.end for passage in touched)])
        return Excerpt(
            document=document,
            headings=(citation.title, *citation.headings),
            before=document.text[start : citation.start],
            citation=citation,
            after=document.text[citation.end : end],
        )
