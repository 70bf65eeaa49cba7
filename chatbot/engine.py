"""Where passages are searched: an interface, and FAISS and BM25 in the folder of the index behind it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.bm25 import Bm25, LexicalIndex
from chatbot.passage_store import PassageStore
from chatbot.vectorstore import FaissVectorStore


@dataclass(frozen=True)
class Contents:
    """What an engine keeps of an index.

    Attributes:
        documents: the passages, each with an id.
        vectors: of the passages, shape [documents, dimension].
        words: of the passages.
    """

    documents: Iterable[Document]
    vectors: NDArray[Any]
    words: Bm25


class Engine(ABC):
    """Keeps the passages of an index, their vectors and their words; what else belongs to the index is in its folder.

    Attributes:
        name: as the manifest of an index has it, without anything secret.
    """

    name: str

    @abstractmethod
    def write(self, folder: Path, contents: Contents, previous: PassageStore | None) -> None:
        """Keep the contents of the index in `folder`, made after the one that `previous` belongs to.

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

    def write(self, folder: Path, contents: Contents, previous: PassageStore | None) -> None:
        like = previous if isinstance(previous, FaissVectorStore) else None
        FaissVectorStore.write(folder, contents.documents, contents.vectors, like)
        contents.words.save(folder)

    def open(self, folder: Path, embeddings: Embeddings) -> tuple[PassageStore, LexicalIndex]:
        return FaissVectorStore.load(folder, embeddings), Bm25.open(folder)

    def publish(self, folder: Path) -> None:
        """Files are found by their folder: there is nothing to do."""


FAISS = FaissEngine()
