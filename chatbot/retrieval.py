"""Retrieval: dense and lexical candidates, fused into one ranking."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from chatbot.arrays import Floats
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
    sentences: Floats
    lexical: float


def candidates(
    index: Index,
    question: str,
    vector: Floats,
    k: int,
    lexical_weight: float,
    without: Collection[str] = (),
) -> list[Candidate]:
    """The k best passages, best first, none of them from the documents whose ids are in `without`.

    The score is (1 - w) · (dense + best sentence) / 2 + w · BM25. One vector blurs a long passage; its best
    sentence brings back what the question is about.
    """
    barred = index.rows_of(without)
    pool = 2 * k + len(barred)
    words = index.bm25.matches(question)
    nearest, _ = index.store.nearest_rows(vector, pool)
    rows = sorted({*nearest.tolist(), *words.best(pool).tolist()} - {*barred.tolist()})
    if not rows:
        return []
    lexical = words.of(rows)
    dense = index.store.vectors(rows) @ vector
    sentences, starts = index.sentences_of(rows)
    similar = sentences @ vector
    similarity = (dense + np.maximum.reduceat(similar, starts[:-1])) / 2
    scores = (1 - lexical_weight) * similarity + lexical_weight * lexical
    places = np.lexsort((rows, -scores))[:k].tolist()
    passages = index.passages.at([rows[place] for place in places])
    return [
        Candidate(
            passage,
            rows[place],
            float(scores[place]),
            float(dense[place]),
            similar[starts[place] : starts[place + 1]],
            float(lexical[place]),
        )
        for place, passage in zip(places, passages, strict=True)
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
