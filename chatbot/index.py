"""The index: passages and sentences as vectors, words as BM25, documents as text; built, saved, loaded."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import langchain_core.documents
import numpy as np
from numpy.typing import NDArray

from chatbot import manifest as manifests
from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import SentenceTransformerEmbeddings
from chatbot.late_interaction import Head
from chatbot.lexical import Bm25
from chatbot.manifest import DamagedIndexError, Manifest
from chatbot.passages import Passage, split
from chatbot.progress import Progress, no_progress
from chatbot.topics import topics
from chatbot.vectorstore import FaissVectorStore

_DOCUMENTS = "documents.jsonl"
_SENTENCES = "sentences.npy"
_TOKENS = "tokens.npy"
_FIRST = "first_token.npy"


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

    def sentences_of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one passage's sentences, shape [sentences, dimension]."""
        return self.sentence_vectors[self.first_sentence[row] : self.first_sentence[row + 1]].astype(np.float32)

    def tokens_of(self, row: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The token vectors of one passage's sentences, and in which row of them each sentence begins."""
        first = self.first_token[self.first_sentence[row] : self.first_sentence[row + 1] + 1]
        return self.token_vectors[first[0] : first[-1]], first[:-1] - first[0]

    def sentence_tokens(self, row: int, sentence: int) -> NDArray[np.int8]:
        """The token vectors of one sentence of a passage."""
        number = self.first_sentence[row] + sentence
        return self.token_vectors[self.first_token[number] : self.first_token[number + 1]]


@dataclass(frozen=True)
class Opened:
    """An index ready for use, and why it had to be built, if it had."""

    index: Index
    rebuilt_because: str | None


def open_index(
    root: Path,
    corpus: Corpus,
    embeddings: SentenceTransformerEmbeddings,
    head: Head,
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
            return Opened(_load_current(root, corpus, embeddings, head, passage_characters), None)
        except DamagedIndexError as error:
            reason = str(error)
    with versions.building(root) as folder:
        index = build(corpus.documents, embeddings, head, passage_characters, progress)
        save(index, folder)
    return Opened(index, reason)


def _load_current(
    root: Path, corpus: Corpus, embeddings: SentenceTransformerEmbeddings, head: Head, passage_characters: int
) -> Index:
    folder = versions.current(root)
    if folder is None:
        raise DamagedIndexError("there was none yet")
    manifest = manifests.check(folder)
    fingerprints = (embeddings.fingerprint, head.fingerprint)
    reason = manifest.outdated(corpus.documents, embeddings.name, fingerprints, passage_characters)
    if reason:
        raise DamagedIndexError(reason)
    return load(folder, embeddings)


def build(
    documents: Sequence[Document],
    embeddings: SentenceTransformerEmbeddings,
    head: Head,
    passage_characters: int,
    progress: Progress = no_progress,
) -> Index:
    """Split, embed and index `documents`, in memory."""
    passages = tuple(passage for document in documents for passage in split(document, passage_characters))
    texts = [passage.embedded_text for passage in passages]
    vectors = np.zeros((len(passages), embeddings.dimension), np.float32)
    tokens: dict[int, NDArray[np.int8]] = {}
    counts: dict[int, list[int]] = {}
    for row, encoded in embeddings.passages(texts, progress, "Embedding passages"):
        vectors[row] = encoded.vector
        owned = tokens_by_sentence(passages[row], encoded.offsets)
        tokens[row] = head.passage(encoded.tokens[np.concatenate(owned)])
        counts[row] = [len(sentence) for sentence in owned]
    quotes = [passage.document.slice(*span) for passage in passages for span in passage.sentences]
    sentence_vectors = embeddings.passage_vectors(quotes, progress, "Embedding sentences").astype(np.float16)
    labels = topics(passages, vectors, embeddings)
    store = FaissVectorStore(embeddings, embeddings.dimension)
    store.add_vectors([_as_langchain(*pair) for pair in zip(passages, labels, strict=True)], vectors)
    manifest = Manifest(
        embedding_model=embeddings.name,
        fingerprints=(embeddings.fingerprint, head.fingerprint),
        dimension=embeddings.dimension,
        width=head.width,
        passage_characters=passage_characters,
        documents={document.id: document.sha256 for document in documents},
        passages=len(passages),
        sentences=len(quotes),
        tokens=sum(len(rows) for rows in tokens.values()),
    )
    return Index(
        manifest=manifest,
        store=store,
        passages=passages,
        topics=labels,
        sentence_vectors=sentence_vectors,
        first_sentence=_first_sentence(passages),
        token_vectors=np.concatenate([tokens[row] for row in range(len(passages))]),
        first_token=np.cumsum([0, *(count for row in range(len(passages)) for count in counts[row])]),
        bm25=Bm25.build(texts, [passage.document.language for passage in passages]),
    )


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


def save(index: Index, folder: Path) -> None:
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
        return Index(
            manifest=manifest,
            store=store,
            passages=passages,
            topics=tuple(document.metadata["topic"] for document in stored),
            sentence_vectors=np.load(folder / _SENTENCES, mmap_mode="r", allow_pickle=False),
            first_sentence=_first_sentence(passages),
            token_vectors=np.load(folder / _TOKENS, mmap_mode="r", allow_pickle=False),
            first_token=np.load(folder / _FIRST, allow_pickle=False),
            bm25=Bm25.load(folder),
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise DamagedIndexError(f"its files do not fit together ({type(error).__name__})") from error


def _first_sentence(passages: Sequence[Passage]) -> NDArray[np.int64]:
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
