"""The index: passages and sentences as vectors, words as BM25, documents as text; all of it read where it lies."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import langchain_core.documents
import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import Floats, RowsInFile, mapped, open_rows
from chatbot.bm25 import LexicalIndex
from chatbot.corpus import Document
from chatbot.embedding import TextEmbeddings
from chatbot.engine import FAISS, Engine
from chatbot.library import Library
from chatbot.manifest import DamagedIndexError, Manifest
from chatbot.passage_store import PassageStore
from chatbot.passages import Passage

DOCUMENTS = "documents.sqlite3"
SENTENCES = "sentences.npy"
FIRST_SENTENCE = "first_sentence.npy"
TOKENS = "tokens.npy"
FIRST_TOKEN = "first_token.npy"  # noqa: S105 - a token of a text


@dataclass(frozen=True)
class Embedded:
    """What the embedding model made of one passage.

    Attributes:
        vector: the passage as a unit vector, shape [dimension].
        sentences: its sentences as unit vectors, shape [sentences, dimension], float16.
        tokens: the sentences' tokens for late interaction, shape [tokens, width], int8.
        lengths: how many of the tokens each sentence has, shape [sentences].
    """

    vector: Floats
    sentences: NDArray[np.float16]
    tokens: NDArray[np.int8]
    lengths: NDArray[np.int64]


# Passages kept in memory once they were read, at most.
_KEPT = 5_000


class Passages(Sequence[Passage]):
    """The passages of an index by row, read from the store as they are asked for; the last ones asked for are kept."""

    def __init__(self, store: PassageStore, documents: Library) -> None:
        self._store = store
        self._documents = documents
        self._kept: dict[int, Passage] = {}

    def __len__(self) -> int:
        return len(self._store)

    def __getitem__(self, row: int) -> Passage:  # type: ignore[override]  # one at a time; several by `at`
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.at([row])[0]

    def __iter__(self) -> Iterator[Passage]:
        return (self._passage(stored) for _, stored in self._store)

    def at(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in the same order."""
        found = {row: kept for row in rows if (kept := self._kept.get(row)) is not None}
        missing = [row for row in rows if row not in found]
        found |= dict(zip(missing, map(self._passage, self._store.at(missing) if missing else ()), strict=True))
        if len(self._kept) + len(missing) > _KEPT:
            self._kept.clear()
        self._kept.update((row, found[row]) for row in missing)
        return [found[row] for row in rows]

    def _passage(self, stored: langchain_core.documents.Document) -> Passage:
        return from_langchain(stored, self._documents[stored.metadata["document"]])


@dataclass(frozen=True)
class Index:
    """Everything retrieval and answering read. Row i is the same passage in every part.

    Attributes:
        sentence_vectors: unit vectors of all sentences, shape [sentences, dimension], float16.
        first_sentence: row of each passage's first sentence in `sentence_vectors`, and the end, [passages + 1].
        token_vectors: the sentences' tokens for late interaction, shape [tokens, width], int8.
        first_token: row of each sentence's first token in `token_vectors`, and the end, [sentences + 1].
    """

    manifest: Manifest
    store: PassageStore
    documents: Library
    sentence_vectors: NDArray[np.float16] | RowsInFile
    first_sentence: NDArray[np.int64]
    token_vectors: NDArray[np.int8] | RowsInFile
    first_token: NDArray[np.int64]
    bm25: LexicalIndex

    @cached_property
    def passages(self) -> Passages:
        return Passages(self.store, self.documents)

    def topics(self, rows: Sequence[int]) -> list[str]:
        """A few words for each of these passages that say what it is about."""
        return [stored.metadata["topic"] for stored in self.store.at(rows)]

    def rows_of(self, documents: Collection[str]) -> NDArray[np.int64]:
        """The rows of all passages of these documents."""
        spans = self.documents.passages_of(documents) if documents else []
        return np.concatenate([np.empty(0, np.int64), *(np.arange(first, end) for first, end in spans)])

    def embedded(self, rows: Sequence[int]) -> Iterator[Embedded]:
        """What the embedding model made of these passages, as an index is built from."""
        for row, vector in zip(rows, self.store.vectors(rows), strict=True):
            first, end = self.first_sentence[row], self.first_sentence[row + 1]
            begins = self.first_token[first : end + 1]
            own = self.token_vectors[begins[0] : begins[-1]]
            yield Embedded(vector, self.sentence_vectors[first:end], own, np.diff(begins))

    def sentences_of(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        """The vectors of these passages' sentences, and in which row of them those of each passage begin, and the end."""
        spans = [slice(self.first_sentence[row], self.first_sentence[row + 1]) for row in rows]
        vectors = np.concatenate([self.sentence_vectors[span] for span in spans]).astype(np.float32)
        return vectors, starts([span.stop - span.start for span in spans])

    def tokens_of(self, row: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The token vectors of one passage's sentences, and in which row of them each sentence begins."""
        first = self.first_token[self.first_sentence[row] : self.first_sentence[row + 1] + 1]
        return self.token_vectors[first[0] : first[-1]], first[:-1] - first[0]

    def sentence_tokens(self, row: int, sentence: int) -> NDArray[np.int8]:
        """The token vectors of one sentence of a passage."""
        number = self.first_sentence[row] + sentence
        return self.token_vectors[self.first_token[number] : self.first_token[number + 1]]


def starts(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of several runs that stand one after the other begins, and the end, shape [runs + 1]."""
    return np.append(0, np.cumsum(lengths))


def tokens_by_sentence(passage: Passage, offsets: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Which tokens each sentence of the passage owns; never none, so that every sentence can be matched.

    A sentence past the encoder's limit borrows the last token before it.
    """
    heading = len(passage.embedded_text) - len(passage.text)
    middles = offsets.mean(axis=1) - heading + passage.start
    opened = [start for start, _ in passage.sentences]
    owner = np.searchsorted(opened, middles, side="right") - 1
    owned = []
    for sentence in range(len(opened)):
        rows = np.flatnonzero(owner == sentence)
        owned.append(rows if len(rows) else np.flatnonzero(owner <= sentence)[-1:])
    return owned


def load(folder: Path, manifest: Manifest, embeddings: TextEmbeddings, engine: Engine = FAISS) -> Index:
    """Open the index in `folder`, whose passages are searched by `engine`. Next to nothing is read: all of it stays where it lies.

    Raises:
        DamagedIndexError: a file is missing or unreadable.
        ChatbotError: the engine is a server that cannot be reached.
    """
    try:
        store, words = engine.open(folder, embeddings)
        return Index(
            manifest=manifest,
            store=store,
            documents=Library(folder / DOCUMENTS),
            sentence_vectors=open_rows(folder / SENTENCES),
            first_sentence=mapped(folder / FIRST_SENTENCE),
            token_vectors=open_rows(folder / TOKENS),
            first_token=mapped(folder / FIRST_TOKEN),
            bm25=words,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, sqlite3.Error) as error:
        raise DamagedIndexError(f"its files do not fit together ({type(error).__name__})") from error


def as_langchain(passage: Passage, topic: str) -> langchain_core.documents.Document:
    """A passage as the vector store keeps it, and as other LangChain applications see it."""
    return langchain_core.documents.Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "document": passage.document.id,
            "title": passage.document.title,
            "language": passage.document.language,
            "source": passage.document.source,
            "start_index": passage.start,
            "end_index": passage.end,
            "headings": list(passage.headings),
            "sentences": [list(span) for span in passage.sentences],
            "topic": topic,
        },
    )


def from_langchain(stored: langchain_core.documents.Document, document: Document) -> Passage:
    """The passage that `as_langchain` was given, of this document."""
    metadata = stored.metadata
    spans = tuple((start, end) for start, end in metadata["sentences"])
    return Passage(document, metadata["start_index"], metadata["end_index"], tuple(metadata["headings"]), spans)
