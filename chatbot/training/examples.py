"""Training examples: questions with their candidate passages and the sentences that answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import Floats
from chatbot.embedding import Encoded, TextEmbeddings
from chatbot.evaluation.items import Item
from chatbot.evaluation.squad import load_squad
from chatbot.index import Index
from chatbot.indexing import build
from chatbot.late_interaction import Head
from chatbot.progress import Progress
from chatbot.retrieval import Candidate, candidates
from chatbot.sentences import Span

# Paragraphs of SQuAD files stay whole: a gold answer lies within one.
_WHOLE = 4000

CANDIDATES = 10
LEXICAL_WEIGHT = 0.1


class _Raw(Head):
    """Keeps token vectors as they are, in half precision, where a head would project them."""

    def passage(self, tokens: Floats) -> NDArray[Any]:
        return tokens.astype(np.float16)


@dataclass(frozen=True)
class Example:
    """One question, encoded, with the (row, sentence) pairs that answer it, if any do.

    Attributes:
        article: of the question; folds never share one.
        answers: the answers' places as (row, start, end) in document characters.
    """

    item: Item
    encoded: Encoded
    article: str
    gold: frozenset[tuple[int, int]]
    answers: frozenset[tuple[int, int, int]]


@dataclass(frozen=True)
class Examples:
    """The questions of one file over the index of its paragraphs, whose token vectors are the encoder's own.

    Attributes:
        apart: each article is a corpus of its own: its questions need not say what it is about.
    """

    index: Index
    examples: tuple[Example, ...]
    apart: bool = False

    def candidates(self, example: Example, without: Collection[str] = ()) -> list[Candidate]:
        """What the first stage finds for a question, with the documents in `without` left out."""
        question = example.item.question.question
        own = self.article(example.article)
        if self.apart and not own <= frozenset(without):
            without = (self.index.documents.keys() - own) | frozenset(without)
        return candidates(self.index, question, example.encoded.vector, CANDIDATES, LEXICAL_WEIGHT, without)

    def paragraph(self, example: Example) -> str:
        """The id of the document that answers, or nothing."""
        return next((self.index.passages[row].document.id for row, _, _ in sorted(example.answers)), "")

    def article(self, name: str) -> frozenset[str]:
        """The ids of an article's documents."""
        return self._articles[name]

    @cached_property
    def _articles(self) -> dict[str, frozenset[str]]:
        names = {identity: article_of(identity) for identity in self.index.documents}
        return {name: frozenset(key for key, own in names.items() if own == name) for name in set(names.values())}

    def projected(self, head: Head) -> Index:
        """The index as it would be with `head`."""
        tokens = [head.passage(rows.astype(np.float32)) for rows in np.array_split(self.index.token_vectors, 64)]
        return replace(self.index, token_vectors=np.concatenate(tokens))


def load_examples(
    paragraphs: Path,
    embeddings: TextEmbeddings,
    progress: Progress,
    translations: Sequence[Path] = (),
    *,
    apart: bool = False,
) -> Examples:
    """Read a SQuAD-format file and encode it; `translations` have the same questions in other languages.

    With `apart` every article is asked alone, as if the corpus held nothing else.

    Raises:
        ChatbotError: a file is not in SQuAD format.
    """
    squads = [load_squad(paragraphs), *(load_squad(paragraphs, translation) for translation in translations)]
    raw = _Raw(**vars(Head.untrained(embeddings.dimension)))
    index = build(squads[0].corpus.documents, embeddings, raw, _WHOLE, progress)
    items = [item for squad in squads for item in squad.items]
    encoded = dict(embeddings.questions([item.question.question for item in items], progress))
    rows = {passage.document.id: row for row, passage in enumerate(index.passages)}
    examples = tuple(_example(index, rows, item, encoded[position]) for position, item in enumerate(items))
    return Examples(index, examples, apart)


def article_of(document: str) -> str:
    return document.rsplit("/", 1)[0]


def answer_tokens(sentence: Span, tokens: int, answers: Iterable[Span]) -> NDArray[np.bool_]:
    """Which of a sentence's tokens are the answer, by their share of its characters.

    Args:
        sentence: where it stands.
        tokens: how many it has.
        answers: where the answers stand.
    """
    opened, closed = sentence
    places = opened + (np.arange(tokens) + 0.5) * (closed - opened) / tokens
    inside = np.zeros(tokens, bool)
    for start, end in answers:
        inside |= (places >= start) & (places < end)
    return inside


def _example(index: Index, rows: dict[str, int], item: Item, encoded: Encoded) -> Example:
    answers = frozenset((rows[place.document], place.start, place.end) for place in item.places)
    gold = {
        (row, number)
        for row, start, _ in answers
        for number, (opened, closed) in enumerate(index.passages[row].sentences)
        if opened <= start < closed
    }
    return Example(item, encoded, article_of(item.about or ""), frozenset(gold), answers)
