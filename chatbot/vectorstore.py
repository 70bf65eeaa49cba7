"""A LangChain `VectorStore` on FAISS and SQLite: nothing pickled, and mapped rather than read where it was saved."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.arrays import Floats
from chatbot.docstore import Docstore
from chatbot.nearest import NearestNeighbours
from chatbot.passage_store import PassageStore

PASSAGES = "passages.sqlite3"


class FaissVectorStore(PassageStore):
    """In memory it can be changed; one that was loaded is read-only."""

    def __init__(
        self, embeddings: Embeddings, neighbours: NearestNeighbours | None = None, docstore: Docstore | None = None
    ) -> None:
        super().__init__(embeddings)
        self._neighbours = neighbours or NearestNeighbours.empty()
        self._docstore = docstore or Docstore.in_memory()

    @classmethod
    def load(cls, folder: Path, embeddings: Embeddings) -> "FaissVectorStore":
        """Open what `write` or `save` wrote.

        Raises:
            OSError, ValueError, RuntimeError, sqlite3.Error: the files are missing, damaged or do not match.
        """
        store = cls(embeddings, NearestNeighbours.open(folder), Docstore.open(folder / PASSAGES))
        if store._docstore.end != len(store):
            raise ValueError(f"{len(store)} vectors, but {store._docstore.end} passages")
        return store

    @classmethod
    def write(
        cls,
        folder: Path,
        documents: Iterable[Document],
        vectors: NDArray[Any],
        like: "FaissVectorStore | None" = None,
    ) -> None:
        """Write documents with ids, and their vectors of shape [documents, dimension], to files in `folder`.

        What of `like` took long to make is used again where it fits.

        Raises:
            OSError: a file could not be written.
        """
        NearestNeighbours.write(folder, vectors, like._neighbours if like else None)
        Docstore.write(folder / PASSAGES, documents)

    def save(self, folder: Path) -> None:
        """Write it to files; rows are counted anew.

        Raises:
            OSError: a file could not be written.
        """
        rows, documents = zip(*self, strict=True) if len(self) else ((), ())
        self.write(folder, documents, self.vectors(rows))

    def __len__(self) -> int:
        return len(self._neighbours)

    def __iter__(self) -> Iterator[tuple[int, Document]]:
        return iter(self._docstore)

    @property
    def kind(self) -> str:
        """For people: which kind of index finds the nearest."""
        return self._neighbours.kind

    def by_id(self, ids: Sequence[str]) -> list[tuple[int, Document]]:
        return self._docstore.by_id(ids)

    def at(self, rows: Sequence[int]) -> list[Document]:
        return self._docstore.at(rows)

    def vectors(self, rows: Sequence[int]) -> Floats:
        return self._neighbours.vectors(rows)

    def nearest_rows(self, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
        return self._neighbours.search(vector, k)

    def _append(self, documents: Sequence[Document], vectors: Floats) -> None:
        first = self._docstore.end
        self._docstore.add(first, documents)
        self._neighbours.add(range(first, first + len(documents)), vectors)

    def _remove(self, rows: Sequence[int]) -> None:
        self._docstore.remove(rows)
        self._neighbours.remove(rows)
