"""A LangChain `VectorStore` on FAISS and JSON lines: exact inner product, nothing pickled."""

import errno
import json
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from numpy.typing import NDArray

VECTORS = "vectors.faiss"
PASSAGES = "passages.jsonl"


class FaissVectorStore(VectorStore):
    """Passages and their unit vectors; each has an id (a string) and a row (a number that never moves)."""

    def __init__(self, embeddings: Embeddings, dimension: int) -> None:
        self._embeddings = embeddings
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._documents: dict[int, Document] = {}
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._documents)

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
    ) -> "FaissVectorStore":
        """A store of `texts`, embedded now.

        Raises:
            ValueError: there is no text, so the vectors' length is unknown.
        """
        if not texts:
            raise ValueError("A vector store needs at least one text to begin with.")
        vectors = np.asarray(embedding.embed_documents(texts), np.float32)
        store = cls(embedding, vectors.shape[1])
        store.add_vectors(_documents(texts, metadatas, ids), vectors)
        return store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        documents = _documents(list(texts), metadatas, ids)
        if not documents:
            return []
        contents = [document.page_content for document in documents]
        return self.add_vectors(documents, np.asarray(self._embeddings.embed_documents(contents), np.float32))

    def add_vectors(self, documents: Sequence[Document], vectors: NDArray[np.float32]) -> list[str]:
        """Add documents with vectors of shape [documents, dimension]; one with a known id replaces it."""
        ids = [document.id or str(uuid.uuid4()) for document in documents]
        if len(set(ids)) != len(ids):
            raise ValueError("Two of the documents have the same id.")
        self.delete([identity for identity in ids if identity in self._rows])
        first = max(self._documents, default=-1) + 1
        rows = range(first, first + len(ids))
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.arange(first, first + len(ids)))
        for row, identity, document in zip(rows, ids, documents, strict=True):
            self._documents[row] = document if document.id else document.model_copy(update={"id": identity})
            self._rows[identity] = row
        return ids

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove the passages with these ids, or all of them; False if one of them is unknown."""
        wanted = list(self._rows) if ids is None else ids
        known = [identity for identity in wanted if identity in self._rows]
        rows = [self._rows.pop(identity) for identity in known]
        if rows:
            self._index.remove_ids(np.asarray(rows, np.int64))
        for row in rows:
            del self._documents[row]
        return len(known) == len(wanted)

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        return [self._documents[self._rows[identity]] for identity in ids if identity in self._rows]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """The k nearest passages with their cosine similarity, best first."""
        return self._nearest(self._embeddings.embed_query(query), k)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        return [document for document, _ in self._nearest(embedding, k)]

    def _nearest(self, embedding: list[float], k: int) -> list[tuple[Document, float]]:
        rows, scores = self.nearest_rows(np.asarray(embedding, np.float32), k)
        return [(self._documents[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]

    def nearest_rows(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and similarities of the k nearest passages to one vector of shape [dimension], best first."""
        k = min(k, len(self))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, rows = self._index.search(vector[None, :], k)
        return rows[0], scores[0]

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows, shape [rows, dimension]."""
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        found: NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(rows, np.int64))
        return found

    def documents(self) -> list[tuple[int, Document]]:
        """Every passage with its row, in the order they were added."""
        return list(self._documents.items())

    def _select_relevance_score_fn(self) -> Any:
        return lambda similarity: (similarity + 1) / 2

    def save(self, folder: Path) -> None:
        """Write vectors and passages to two files.

        Raises:
            OSError: one of them could not be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        try:
            faiss.write_index(self._index, str(folder / VECTORS))
        except RuntimeError as error:  # FAISS says no more than where in its source that was.
            raise OSError(errno.EIO, f"{VECTORS} could not be written, for lack of room perhaps") from error
        with (folder / PASSAGES).open("w", encoding="utf-8") as file:
            for row, document in self._documents.items():
                line = {
                    "id": document.id,
                    "row": row,
                    "text": document.page_content,
                    "metadata": document.metadata,
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, folder: Path, embeddings: Embeddings) -> "FaissVectorStore":
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError, RuntimeError: the files are missing, damaged or do not match.
        """
        index: Any = faiss.read_index(str(folder / VECTORS))
        store = cls(embeddings, index.d)
        store._index = index
        with (folder / PASSAGES).open(encoding="utf-8") as file:
            for line in map(json.loads, file):
                store._documents[line["row"]] = Document(
                    id=line["id"], page_content=line["text"], metadata=line["metadata"]
                )
                store._rows[line["id"]] = line["row"]
        if index.ntotal != len(store):
            raise ValueError(f"{index.ntotal} vectors, but {len(store)} passages")
        return store


def _documents(texts: list[str], metadatas: list[dict[str, Any]] | None, ids: list[str] | None) -> list[Document]:
    return [
        Document(
            id=ids[position] if ids else None,
            page_content=text,
            metadata=metadatas[position] if metadatas else {},
        )
        for position, text in enumerate(texts)
    ]
