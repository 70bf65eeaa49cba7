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

Floats = NDArray[np.float32]


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
    def add_vectors(self, documents: Sequence[Document], vectors: Floats) -> list[str]:
        """Add documents with vectors of shape [documents, dimension]; one with a known id replaces it."""

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
        documents = [
            Document(
                id=ids[position] if ids else None,
                page_content=text,
                metadata=metadatas[position] if metadatas else {},
            )
            for position, text in enumerate(texts)
        ]
        if not documents:
            return []
        contents = [document.page_content for document in documents]
        return self.add_vectors(documents, np.asarray(self._embeddings.embed_documents(contents), np.float32))

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


def identified(documents: Sequence[Document]) -> list[Document]:
    """The documents, each with an id.

    Raises:
        ValueError: two of them have the same.
    """
    named = [
        document if document.id else document.model_copy(update={"id": str(uuid.uuid4())}) for document in documents
    ]
    if len({document.id for document in named}) != len(named):
        raise ValueError("Two of the documents have the same id.")
    return named
