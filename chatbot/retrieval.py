"""Retrieval: dense and lexical candidates, fused into one ranking."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict

from chatbot.embedding import TextEmbeddings
from chatbot.index import Index
from chatbot.passages import Passage


@dataclass(frozen=True)
class Candidate:
    """A retrieved passage: its row in the index, its fused score and what that was made of.

    Attributes:
        dense: cosine similarity of question and passage.
        sentences: cosine similarity of the question and each of the passage's sentences, shape [sentences].
        lexical: BM25 score as a share of the highest possible one, in [0, 1].
    """

    passage: Passage
    row: int
    score: float
    dense: float
    sentences: NDArray[np.float32]
    lexical: float


def candidates(
    index: Index,
    question: str,
    vector: NDArray[np.float32],
    k: int,
    lexical_weight: float,
    without: Collection[str] = (),
) -> list[Candidate]:
    """The k best passages, best first, none of them from the documents whose ids are in `without`.

    The score is (1 - w) · (dense + best sentence) / 2 + w · BM25. One vector blurs a long passage; its best
    sentence brings back what the question is about.
    """
    lexical = index.bm25.scores(question)
    pool = min(len(index.passages), 2 * k)
    if without:
        barred = np.array([passage.document.id in without for passage in index.passages])
        lexical = np.where(barred, np.float32(0), lexical)
        pool = min(len(index.passages), pool + int(barred.sum()))
    nearest, _ = index.store.nearest_rows(vector, pool)
    matching = np.argpartition(-lexical, pool - 1)[:pool]
    rows = np.union1d(nearest, matching[lexical[matching] > 0])
    if without:
        rows = rows[~barred[rows]]
    if not len(rows):
        return []
    words = lexical[rows]
    dense = index.store.vectors(rows) @ vector
    sentences, first = index.sentences_of(rows)
    similar = sentences @ vector
    similarity = (dense + np.maximum.reduceat(similar, first)) / 2
    scores = (1 - lexical_weight) * similarity + lexical_weight * words
    ends = [*first[1:], len(similar)]
    return [
        Candidate(
            index.passages[rows[place]],
            int(rows[place]),
            float(scores[place]),
            float(dense[place]),
            similar[first[place] : ends[place]],
            float(words[place]),
        )
        for place in np.lexsort((rows, -scores))[:k].tolist()
    ]


class HybridRetriever(BaseRetriever):
    """The same ranking as a LangChain retriever: documents with `start_index` and `score` in their metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    index: Index
    embeddings: TextEmbeddings
    k: int = 10
    lexical_weight: float = 0.1

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        vector = self.embeddings.question(query).vector
        found = candidates(self.index, query, vector, self.k, self.lexical_weight)
        documents = self.index.store.get_by_ids([candidate.passage.id for candidate in found])
        return [
            document.model_copy(update={"metadata": {**document.metadata, "score": candidate.score}})
            for document, candidate in zip(documents, found, strict=True)
        ]
