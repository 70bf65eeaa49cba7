"""The index: passages and sentences as vectors, words as BM25, documents as text; saved and loaded."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import langchain_core.documents
import numpy as np
from numpy.typing import NDArray

from chatbot import manifest as manifests
from chatbot.corpus import Document
from chatbot.embedding import TextEmbeddings
from chatbot.lexical import Bm25
from chatbot.manifest import DamagedIndexError, Manifest
from chatbot.passages import Passage
from chatbot.vectorstore import FaissVectorStore

_DOCUMENTS = "documents.jsonl"
_SENTENCES = "sentences.npy"
_TOKENS = "tokens.npy"
_FIRST = "first_token.npy"


@dataclass(frozen=True)
class Embedded:
    """What the embedding model made of one passage.

    Attributes:
        vector: the passage as a unit vector, shape [dimension].
        sentences: its sentences as unit vectors, shape [sentences, dimension], float16.
        tokens: the sentences' tokens for late interaction, shape [tokens, width], int8.
        lengths: how many of the tokens each sentence has, shape [sentences].
    """

    vector: NDArray[np.float32]
    sentences: NDArray[np.float16]
    tokens: NDArray[np.int8]
    lengths: NDArray[np.int64]


@dataclass(frozen=True)
class Index:
    """Everything retrieval and answering read. Row i is the same passage in every part.

    Attributes:
        topics: a few words that say what each passage is about.
        sentence_vectors: unit vectors of all sentences, shape [sentences, dimension], float16.
        first_sentence: row of each passage's first sentence in `sentence_vectors`, and the end, [passages + 1].
        token_vectors: the sentences' tokens for late interaction, shape [tokens, width], int8.
        first_token: row of each sentence's first token in `token_vectors`, and the end, [sentences + 1].
    """

    manifest: Manifest
    store: FaissVectorStore
    passages: tuple[Passage, ...]
    topics: tuple[str, ...]
    sentence_vectors: NDArray[np.float16]
    first_sentence: NDArray[np.int64]
    token_vectors: NDArray[np.int8]
    first_token: NDArray[np.int64]
    bm25: Bm25

    @cached_property
    def documents(self) -> dict[str, Document]:
        return {passage.document.id: passage.document for passage in self.passages}

    def embedded(self, rows: Sequence[int]) -> list[Embedded]:
        """What the embedding model made of these passages, as an index is built from."""
        sentences, tokens = self.sentence_vectors, self.token_vectors
        lengths = np.diff(self.first_token)
        parts = []
        for row, vector in zip(rows, self.store.vectors(rows), strict=True):
            first, end = self.first_sentence[row], self.first_sentence[row + 1]
            own = tokens[self.first_token[first] : self.first_token[end]]
            parts.append(Embedded(vector, sentences[first:end], own, lengths[first:end]))
        return parts

    def sentences_of(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The vectors of these passages' sentences, one after the other, and where each passage's begin among them."""
        spans = [slice(self.first_sentence[row], self.first_sentence[row + 1]) for row in rows]
        vectors = np.concatenate([self.sentence_vectors[span] for span in spans]).astype(np.float32)
        return vectors, _begins([span.stop - span.start for span in spans])

    def tokens_of(self, row: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The token vectors of one passage's sentences, and in which row of them each sentence begins."""
        first = self.first_token[self.first_sentence[row] : self.first_sentence[row + 1] + 1]
        return self.token_vectors[first[0] : first[-1]], first[:-1] - first[0]

    def sentence_tokens(self, row: int, sentence: int) -> NDArray[np.int8]:
        """The token vectors of one sentence of a passage."""
        number = self.first_sentence[row] + sentence
        return self.token_vectors[self.first_token[number] : self.first_token[number + 1]]


def _begins(lengths: Sequence[int]) -> NDArray[np.int64]:
    """Where each of several runs begins once they are put one after the other."""
    return np.cumsum([0, *lengths[:-1]])


def tokens_by_sentence(passage: Passage, offsets: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Which tokens each sentence of the passage owns; never none, so that every sentence can be matched.

    A sentence past the encoder's limit borrows the last token before it.
    """
    heading = len(passage.embedded_text) - len(passage.text)
    middles = offsets.mean(axis=1) - heading + passage.start
    starts = [start for start, _ in passage.sentences]
    owner = np.searchsorted(starts, middles, side="right") - 1
    owned = []
    for sentence in range(len(starts)):
        rows = np.flatnonzero(owner == sentence)
        owned.append(rows if len(rows) else np.flatnonzero(owner <= sentence)[-1:])
    return owned


def save(index: Index, folder: Path) -> Manifest:
    """Write every part of the index to `folder`; the manifest with their checksums comes last."""
    index.store.save(folder)
    index.bm25.save(folder)
    for name, array in (
        (_SENTENCES, index.sentence_vectors),
        (_TOKENS, index.token_vectors),
        (_FIRST, index.first_token),
    ):
        np.save(folder / name, array, allow_pickle=False)
    with (folder / _DOCUMENTS).open("w", encoding="utf-8") as file:
        for document in index.documents.values():
            file.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    return manifests.seal(folder, index.manifest)


def load(folder: Path, manifest: Manifest, embeddings: TextEmbeddings) -> Index:
    """Read what `save` wrote. Vectors of sentences and tokens stay on the disk and are mapped into memory.

    Raises:
        DamagedIndexError: a file is missing or unreadable.
    """
    try:
        with (folder / _DOCUMENTS).open(encoding="utf-8") as file:
            documents = {line["id"]: Document(**line) for line in map(json.loads, file)}
        store = FaissVectorStore.load(folder, embeddings)
        stored = [document for _, document in store.documents()]
        passages = tuple(_from_langchain(document, documents) for document in stored)
        return Index(
            manifest=manifest,
            store=store,
            passages=passages,
            topics=tuple(document.metadata["topic"] for document in stored),
            sentence_vectors=_mapped(folder / _SENTENCES),
            first_sentence=first_sentences(passages),
            token_vectors=_mapped(folder / _TOKENS),
            first_token=np.load(folder / _FIRST, allow_pickle=False),
            bm25=Bm25.load(folder),
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise DamagedIndexError(f"its files do not fit together ({type(error).__name__})") from error


def _mapped(path: Path) -> NDArray[Any]:
    """An array that stays on the disk, as a plain view: slicing a `memmap` is many times slower."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def mapped(index: Index, folder: Path, manifest: Manifest) -> Index:
    """The index that was saved to `folder`, with what is large mapped from there, no longer in memory."""
    return replace(
        index,
        manifest=manifest,
        sentence_vectors=_mapped(folder / _SENTENCES),
        token_vectors=_mapped(folder / _TOKENS),
    )


def first_sentences(passages: Sequence[Passage]) -> NDArray[np.int64]:
    """Row of each passage's first sentence, and the end, as `Index.first_sentence` has them."""
    return np.cumsum([0, *(len(passage.sentences) for passage in passages)])


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


def _from_langchain(stored: langchain_core.documents.Document, documents: dict[str, Document]) -> Passage:
    metadata = stored.metadata
    spans = tuple((start, end) for start, end in metadata["sentences"])
    document = documents[metadata["document"]]
    return Passage(document, metadata["start_index"], metadata["end_index"], tuple(metadata["headings"]), spans)
