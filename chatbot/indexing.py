"""Indexing: the index of a corpus, opened where it fits; else built, embedding only what the last one did not hold."""

import gc
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chatbot import manifest as manifests
from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import TextEmbeddings
from chatbot.errors import ChatbotError
from chatbot.index import Embedded, Index, as_langchain, first_sentences, load, mapped, save, tokens_by_sentence
from chatbot.late_interaction import Head
from chatbot.lexical import Bm25
from chatbot.manifest import Changes, DamagedIndexError, Manifest
from chatbot.passages import Passage, split
from chatbot.progress import Progress, no_progress
from chatbot.topics import topics
from chatbot.vectorstore import FaissVectorStore


@dataclass(frozen=True)
class Opened:
    """An index ready for use.

    Attributes:
        version: the folder it is in.
        changes: the documents now against those of the index that was there before.
        rebuilt_because: why it had to be built, if it had.
        embedded: passages that the embedding model had to read.
        held: the documents are others, but it was from theirs that the index was rolled back.
    """

    index: Index
    version: Path
    changes: Changes
    rebuilt_because: str | None = None
    embedded: int = 0
    held: bool = False


def open_index(
    root: Path,
    corpus: Corpus,
    embeddings: TextEmbeddings,
    head: Head,
    passage_characters: int,
    progress: Progress = no_progress,
    *,
    rebuild: bool = False,
    serving: Opened | None = None,
) -> Opened:
    """The index of `corpus` under the folder `root`: the one on disk where it still fits, else a new one.

    A new one takes over what the one on disk has of the same passages; with `rebuild` it takes over nothing.
    What is open already, `serving`, is not read again as long as it is the one on disk.

    Raises:
        ChatbotError: the folder cannot be written to, another process keeps building, the index on disk is of a newer
            version of the program, or there is nothing to index.
    """
    indexing = _Indexing(root, corpus, embeddings, head, passage_characters, progress)
    if rebuild:
        with indexing.locked("a rebuild was asked for"):
            return indexing.build("a rebuild was asked for", None)
    found, reason = indexing.look(serving)
    if found is None or reason:
        with indexing.locked(reason):
            # Another process may have built it by now.
            found, reason = indexing.look(found)
            if found is None or reason:
                return indexing.build(reason, found or indexing.earlier())
    return found


@dataclass(frozen=True)
class _Indexing:
    """What an index is made of and where, for the steps of opening one."""

    root: Path
    corpus: Corpus
    embeddings: TextEmbeddings
    head: Head
    passage_characters: int
    progress: Progress

    def look(self, known: Opened | None) -> tuple[Opened | None, str]:
        """The index on disk, if it can be read, and why it does not fit; empty if it does."""
        folder = versions.current(self.root)
        if folder is None:
            return None, "there was none yet"
        try:
            found = known if known is not None and known.version == folder else self._read(folder)
        except DamagedIndexError as error:
            return None, str(error)
        changes = found.index.manifest.changes(self.corpus.documents)
        reason = self._another_kind(found.index.manifest) or changes.reason or ""
        held = bool(reason) and reason == changes.reason and self._was_refused()
        return Opened(found.index, folder, changes, held=held), "" if held else reason

    def earlier(self) -> Opened | None:
        """The index before, of which much may be taken over where the current one is damaged."""
        folder = versions.earlier(self.root)
        try:
            return self._read(folder) if folder else None
        except (DamagedIndexError, ChatbotError):
            return None

    def build(self, reason: str, found: Opened | None) -> Opened:
        """A new index, made current; from what was `found`, as far as that serves. Needs the lock."""
        previous = found.index if found else None
        changes = found.changes if found else Changes(added=tuple(document.id for document in self.corpus.documents))
        with versions.writing(self.root) as folder, _collecting_nothing():
            index, embedded = _build(
                self.corpus.documents, self.embeddings, self.head, self.passage_characters, self.progress, previous
            )
            manifest = save(index, folder)
        version = versions.current(self.root) or folder
        return Opened(mapped(index, version, manifest), version, changes, reason, embedded)

    @contextmanager
    def locked(self, reason: str) -> Iterator[None]:
        """The sole right to build; who cannot get it is told what it was needed for."""

        def waiting() -> None:
            self.progress("Waiting for another process that builds the index", 0, 1)

        try:
            with versions.locked(self.root, waiting):
                yield
        except versions.LockError as error:
            raise ChatbotError(f"The index has to be built because {reason}. {error}") from None

    def _read(self, folder: Path) -> Opened:
        index = load(folder, manifests.check(folder), self.embeddings)
        return Opened(index, folder, index.manifest.changes(self.corpus.documents))

    def _another_kind(self, manifest: Manifest) -> str | None:
        fingerprints = (self.embeddings.fingerprint, self.head.fingerprint)
        return manifest.another_kind(self.embeddings.name, fingerprints, self.passage_characters)

    def _was_refused(self) -> bool:
        """Whether the index was rolled back from just these documents."""
        folder = versions.refused(self.root)
        try:
            manifest = manifests.read(folder) if folder else None
        except (DamagedIndexError, ChatbotError):
            return False
        return manifest is not None and not (
            self._another_kind(manifest) or manifest.changes(self.corpus.documents).reason
        )


def build(
    documents: Sequence[Document],
    embeddings: TextEmbeddings,
    head: Head,
    passage_characters: int,
    progress: Progress = no_progress,
) -> Index:
    """Split, embed and index `documents`, in memory."""
    return _build(documents, embeddings, head, passage_characters, progress, None)[0]


def _build(
    documents: Sequence[Document],
    embeddings: TextEmbeddings,
    head: Head,
    passage_characters: int,
    progress: Progress,
    previous: Index | None,
) -> tuple[Index, int]:
    """The index, and how many of its passages had to be embedded because `previous` does not hold them."""
    fingerprints = (embeddings.fingerprint, head.fingerprint)
    if previous is not None and previous.manifest.fingerprints != fingerprints:
        previous = None
    found = list(_split(documents, passage_characters, previous, progress))
    if not found:
        raise ChatbotError("The documents hold nothing but headings, so there is nothing to index.")
    passages, taken = zip(*found, strict=True)
    new = [passage for passage, row in zip(passages, taken, strict=True) if row is None]
    fresh = iter(_embed(new, embeddings, head, progress))
    kept = iter(previous.embedded([row for row in taken if row is not None]) if previous else ())
    parts = [next(fresh) if row is None else next(kept) for row in taken]
    vectors = np.stack([part.vector for part in parts])
    known = [previous.topics[row] if previous and row is not None else None for row in taken]
    labels = topics(passages, vectors, embeddings, known, progress)
    store = FaissVectorStore(embeddings, embeddings.dimension)
    store.add_vectors([as_langchain(*pair) for pair in zip(passages, labels, strict=True)], vectors)
    progress("Indexing words", 0, 1)
    bm25 = Bm25.build(
        [passage.embedded_text for passage in passages], [passage.document.language for passage in passages]
    )
    index = Index(
        manifest=Manifest(
            embedding_model=embeddings.name,
            fingerprints=fingerprints,
            dimension=embeddings.dimension,
            width=head.width,
            passage_characters=passage_characters,
            documents={document.id: document.sha256 for document in documents},
            passages=len(passages),
            sentences=sum(len(part.lengths) for part in parts),
            tokens=sum(len(part.tokens) for part in parts),
        ),
        store=store,
        passages=passages,
        topics=labels,
        sentence_vectors=np.concatenate([part.sentences for part in parts]),
        first_sentence=first_sentences(passages),
        token_vectors=np.concatenate([part.tokens for part in parts]),
        first_token=np.cumsum(np.concatenate([np.zeros(1, np.int64), *(part.lengths for part in parts)])),
        bm25=bm25,
    )
    return index, len(new)


def _split(
    documents: Sequence[Document], passage_characters: int, previous: Index | None, progress: Progress
) -> Iterator[tuple[Passage, int | None]]:
    """The passages of all documents, each with its row in `previous`, if it is the same there.

    A document that did not change is not split again.
    """
    unchanged = set[str]()
    if previous and previous.manifest.passage_characters == passage_characters:
        unchanged.update(previous.manifest.changes(documents).unchanged)
    known: dict[str, list[tuple[Passage, int | None]]] = defaultdict(list)
    rows: dict[bytes, int] = {}
    for row, passage in enumerate(previous.passages if previous else ()):
        if passage.document.id in unchanged:
            known[passage.document.id].append((passage, row))
        else:
            rows[_content(passage)] = row
    for number, document in enumerate(documents, start=1):
        if document.id in unchanged:
            yield from known[document.id]
        else:
            for passage in split(document, passage_characters):
                yield passage, rows.get(_content(passage))
        progress("Splitting documents", number, len(documents))


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Without the garbage collector, which would look through millions of small objects, none of them in a cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _content(passage: Passage) -> bytes:
    """A hash of everything that what is embedded of a passage depends on."""
    spans = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    return hashlib.sha256(f"{spans}\n{passage.embedded_text}".encode("utf-8", "surrogatepass")).digest()


def _embed(
    passages: Sequence[Passage], embeddings: TextEmbeddings, head: Head, progress: Progress
) -> Iterator[Embedded]:
    """What the model makes of each passage, in order."""
    whole: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    texts = [passage.embedded_text for passage in passages]
    for row, encoded in embeddings.passages(texts, progress, "Embedding passages"):
        owned = tokens_by_sentence(passages[row], encoded.offsets)
        tokens = head.passage(encoded.tokens[np.concatenate(owned)])
        whole[row] = encoded.vector, tokens, np.array([len(sentence) for sentence in owned])
    quotes = [passage.document.slice(*span) for passage in passages for span in passage.sentences]
    sentences = embeddings.passage_vectors(quotes, progress, "Embedding sentences").astype(np.float16)
    first = first_sentences(passages)
    for row in range(len(passages)):
        vector, tokens, lengths = whole[row]
        yield Embedded(vector, sentences[first[row] : first[row + 1]], tokens, lengths)
