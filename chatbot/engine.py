"""Where passages are searched: an interface, and FAISS and BM25 in the folder of the index behind it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.bm25 import Bm25, LexicalIndex
from chatbot.passage_store import PassageStore
from chatbot.vectorstore import FaissVectorStore


class Engine(ABC):
    """Keeps the passages of an index, their vectors and their words; what else belongs to the index is in its folder.

    Attributes:
        name: as the manifest of an index has it, without anything secret.
    """

    name: str

    @abstractmethod
    def write(
        self,
        folder: Path,
        documents: Iterable[Document],
        vectors: NDArray[Any],
        words: Bm25,
        previous: PassageStore | None,
    ) -> None:
        """Keep documents with ids, vectors of shape [documents, dimension] and words, for the index in `folder`.

        Raises:
            OSError: a file could not be written.
            ChatbotError: a server does not do as it is told.
        """

    @abstractmethod
    def open(self, folder: Path, embeddings: Embeddings) -> tuple[PassageStore, LexicalIndex]:
        """What was written for the index in `folder`.

        Raises:
            OSError, ValueError, RuntimeError, sqlite3.Error: it is missing, damaged, or does not fit together.
            ChatbotError: a server cannot be reached.
        """

    @abstractmethod
    def publish(self, folder: Path) -> None:
        """Called when the index in `folder` is the current one, for whoever else reads what the engine keeps."""


class FaissEngine(Engine):
    """Everything in files, mapped into memory."""

    name = "FAISS"

    def write(
        self,
        folder: Path,
        documents: Iterable[Document],
        vectors: NDArray[Any],
        words: Bm25,
        previous: PassageStore | None,
    ) -> None:
        FaissVectorStore.write(folder, documents, vectors, previous if isinstance(previous, FaissVectorStore) else None)
        words.save(folder)

    def open(self, folder: Path, embeddings: Embeddings) -> tuple[PassageStore, LexicalIndex]:
        return FaissVectorStore.load(folder, embeddings), Bm25.open(folder)

    def publish(self, folder: Path) -> None:
        """Files are found by their folder: there is nothing to do."""


FAISS = FaissEngine()
