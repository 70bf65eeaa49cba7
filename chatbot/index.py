"""The index: passages and sentences as vectors, words as BM25, documents as text; built, saved, loaded."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import langchain_core.documents
import numpy as np
from numpy.typing import NDArray

from chatbot import manifest as manifests
from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import Progress, SentenceTransformerEmbeddings, no_progress
from chatbot.lexical import Bm25
from chatbot.manifest import DamagedIndexError, Manifest
from chatbot.passages import Passage, split
from chatbot.topics import topics
from chatbot.vectorstore import FaissVectorStore

_DOCUMENTS = "documents.jsonl"
_SENTENCES = "sentences.npy"


@dataclass(frozen=True)
class Index:
    """Everything retrieval and answering read. Row i is the same passage in every part.

    Attributes:
        sentence_vectors: unit vectors of all sentences, shape [sentences, dimension], float16.
        first_sentence: row of each passage's first sentence in `sentence_vectors`, and the end, [passages + 1].
        topics: a few words that say what each passage is about.
    """

    manifest: Manifest
    store: FaissVectorStore
    passages: tuple[Passage, ...]
    topics: tuple[str, ...]
    sentence_vectors: NDArray[np.float16]
    first_sentence: NDArray[np.int64]
    bm25: Bm25

    @property
    def documents(self) -> dict[str, Document]:
        return {passage.document.id: passage.document for passage in self.passages}

    def sentences_of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one passage's sentences, shape [sentences, dimension]."""
        return self.sentence_vectors[self.first_sentence[row] : self.first_sentence[row + 1]].astype(np.float32)


@dataclass(frozen=True)
class Opened:
    """An index ready for use, and why it had to be built, if it had."""

    index: Index
    rebuilt_because: str | None


def open_index(
    root: Path,
    corpus: Corpus,
    embeddings: SentenceTransformerEmbeddings,
    passage_characters: int,
    progress: Progress = no_progress,
    *,
    rebuild: bool = False,
) -> Opened:
    """The index of `corpus` under the folder `root`: the one on disk where it still fits, else a new one.

    Raises:
        ChatbotError: the folder cannot be written to.
    """
    reason = "a rebuild was asked for" if rebuild else None
    if reason is None:
        try:
            return Opened(_load_current(root, corpus, embeddings, passage_characters), None)
        except DamagedIndexError as error:
            reason = str(error)
    with versions.building(root) as folder:
        index = build(corpus.documents, embeddings, passage_characters, progress)
        save(index, folder)
    return Opened(index, reason)


def _load_current(
    root: Path, corpus: Corpus, embeddings: SentenceTransformerEmbeddings, passage_characters: int
) -> Index:
    folder = versions.current(root)
    if folder is None:
        raise DamagedIndexError("there was none yet")
    manifest = manifests.check(folder)
    reason = manifest.outdated(corpus.documents, embeddings.name, embeddings.fingerprint, passage_characters)
    if reason:
        raise DamagedIndexError(reason)
    return load(folder, embeddings)


def build(
    documents: Sequence[Document],
    embeddings: SentenceTransformerEmbeddings,
    passage_characters: int,
    progress: Progress = no_progress,
) -> Index:
    """Split, embed and index `documents`, in memory."""
    passages = tuple(passage for document in documents for passage in split(document, passage_characters))
    texts = [passage.embedded_text for passage in passages]
    vectors = embeddings.passages(texts, progress, "Embedding passages")
    quotes = [passage.document.slice(*span) for passage in passages for span in passage.sentences]
    sentence_vectors = embeddings.passages(quotes, progress, "Embedding sentences").astype(np.float16)
    labels = topics(passages, vectors, embeddings)
    store = FaissVectorStore(embeddings, embeddings.dimension)
    store.add_vectors([_as_langchain(*pair) for pair in zip(passages, labels, strict=True)], vectors)
    manifest = Manifest(
        embedding_model=embeddings.name,
        embedding_fingerprint=embeddings.fingerprint,
        dimension=embeddings.dimension,
        passage_characters=passage_characters,
        documents={document.id: document.sha256 for document in documents},
        passages=len(passages),
        sentences=len(quotes),
    )
    bm25 = Bm25.build(texts, [passage.document.language for passage in passages])
    return Index(manifest, store, passages, labels, sentence_vectors, _offsets(passages), bm25)


def save(index: Index, folder: Path) -> None:
    """Write every part of the index to `folder`; the manifest with their checksums comes last."""
    index.store.save(folder)
    index.bm25.save(folder)
    np.save(folder / _SENTENCES, index.sentence_vectors, allow_pickle=False)
    with (folder / _DOCUMENTS).open("w", encoding="utf-8") as file:
        for document in index.documents.values():
            file.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    manifests.seal(folder, index.manifest)


def load(folder: Path, embeddings: SentenceTransformerEmbeddings) -> Index:
    """Read what `save` wrote.

    Raises:
        DamagedIndexError: a file is missing, changed or unreadable.
    """
    manifest = manifests.check(folder)
    try:
        with (folder / _DOCUMENTS).open(encoding="utf-8") as file:
            documents = {line["id"]: Document(**line) for line in map(json.loads, file)}
        store = FaissVectorStore.load(folder, embeddings)
        stored = [document for _, document in store.documents()]
        passages = tuple(_from_langchain(document, documents) for document in stored)
        sentence_vectors = np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False)
        bm25 = Bm25.load(folder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise DamagedIndexError(f"its files do not fit together ({type(error).__name__})") from error
    labels = tuple(document.metadata["topic"] for document in stored)
    return Index(manifest, store, passages, labels, sentence_vectors, _offsets(passages), bm25)


def _offsets(passages: Sequence[Passage]) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(passage.sentences) for passage in passages)])


def _as_langchain(passage: Passage, topic: str) -> langchain_core.documents.Document:
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
