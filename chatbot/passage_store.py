"""The seat of a vector store: LangChain's `VectorStore`, whose passages also have rows."""

import uuid
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from numpy.typing import NDArray

from chatbot.arrays import Floats


class PassageStore(VectorStore):
    """Passages and their unit vectors; each has an id (a string) and a row (a number that never moves)."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __iter__(self) -> Iterator[tuple[int, Document]]:
        """Every passage with its row, in the order of rows."""

    @abstractmethod
    def at(self, rows: Sequence[int]) -> list[Document]:
        """The passages of these rows, in the same order."""

    @abstractmethod
    def vectors(self, rows: Sequence[int]) -> Floats:
        """The vectors of these rows, shape [rows, dimension]."""

    @abstractmethod
    def nearest_rows(self, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
        """Rows and similarities of the k nearest passages to one vector of shape [dimension], best first."""

    @abstractmethod
    def by_id(self, ids: Sequence[str]) -> list[tuple[int, Document]]:
        """Those with one of these ids that there are, each with its row, in the same order."""

    @abstractmethod
    def _append(self, documents: Sequence[Document], vectors: Floats) -> None:
        """Add documents with new ids, and their vectors of shape [documents, dimension], in new rows."""

    @abstractmethod
    def _remove(self, rows: Sequence[int]) -> None:
        """Remove the passages of these rows, at least one."""

    @property
    def embeddings(self) -> Embeddings:
        return self._embeddings

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> Self:
        """A store of `texts`, embedded now; further arguments are those of the class."""
        store = cls(embedding, **kwargs)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Embed and add `texts`; one with a known id replaces what had it, and one without is given an id.

        Raises:
            ValueError: two of them have the same id, or there are not as many ids or metadata as texts.
        """
        contents = list(texts)
        if not contents:
            return []
        named = [identity or str(uuid.uuid4()) for identity in ids or [""] * len(contents)]
        if len(set(named)) != len(named):
            raise ValueError("Two of the documents have the same id.")
        told = metadatas or [{} for _ in contents]
        documents = [
            Document(id=identity, page_content=text, metadata=metadata)
            for identity, text, metadata in zip(named, contents, told, strict=True)
        ]
        vectors = np.asarray(self._embeddings.embed_documents(contents), np.float32)
        self.delete(named)
        self._append(documents, vectors)
        return named

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove the passages with these ids, or all of them; False if one of them is unknown."""
        rows = [row for row, _ in (self if ids is None else self.by_id(ids))]
        if rows:
            self._remove(rows)
        return ids is None or len(rows) == len(ids)

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        return [document for _, document in self.by_id(ids)]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """The k nearest passages with their cosine similarity, best first."""
        return self._nearest(self._embeddings.embed_query(query), k)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        return [document for document, _ in self._nearest(embedding, k)]

    def _nearest(self, embedding: list[float], k: int) -> list[tuple[Document, float]]:
        rows, scores = self.nearest_rows(np.asarray(embedding, np.float32), k)
        return list(zip(self.at(rows.tolist()), scores.tolist(), strict=True))

    def _select_relevance_score_fn(self) -> Any:
        return lambda similarity: (similarity + 1) / 2
