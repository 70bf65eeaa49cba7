"""Indexing: the index of a corpus, opened where it fits; else built, embedding only what the last one did not hold."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chatbot import manifest as manifests
from chatbot import versions
from chatbot.building import Making, write_index
from chatbot.corpus import Corpus, Document
from chatbot.embedding import TextEmbeddings
from chatbot.engine import FAISS, Engine
from chatbot.errors import ChatbotError
from chatbot.index import Index, load
from chatbot.late_interaction import Head
from chatbot.manifest import Changes, DamagedIndexError
from chatbot.progress import Progress, no_progress


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
    engine: Engine = FAISS,
) -> Opened:
    """The index of `corpus` under the folder `root`: the one on disk where it still fits, else a new one.

    A new one takes over what the one on disk has of the same passages; with `rebuild` it takes over nothing.
    What is open already, `serving`, is not read again as long as it is the one on disk.

    Raises:
        ChatbotError: the folder cannot be written to, another process keeps building, the index on disk is of a newer
            version of the program, or there is nothing to index.
    """
    indexing = _Indexing(root, corpus, Making(embeddings, head, passage_characters, engine), progress)
    found, reason = (None, "a rebuild was asked for") if rebuild else indexing.look(serving)
    if found and not reason:
        return found
    try:
        with versions.locked(root, lambda: progress("Waiting for another process that builds the index", 0, 1)):
            if rebuild:
                return indexing.build(reason, None)
            # Another process may have built it by now.
            found, reason = indexing.look(found)
            if found and not reason:
                return found
            return indexing.build(reason, found.index if found else indexing.earlier())
    except versions.LockError as error:
        raise ChatbotError(f"The index has to be built because {reason}. {error}") from None


@dataclass(frozen=True)
class _Indexing:
    """What an index is made of and where, for the steps of opening one."""

    root: Path
    corpus: Corpus
    making: Making
    progress: Progress

    def look(self, known: Opened | None) -> tuple[Opened | None, str]:
        """The index on disk, if it can be read, and why it does not fit; empty if it does."""
        folder = versions.current(self.root)
        if folder is None:
            return None, "there was none yet"
        try:
            index = known.index if known and known.version == folder else self._read(folder)
        except DamagedIndexError as error:
            return None, str(error)
        changes = index.manifest.changes(self.corpus.documents)
        reason = self.making.unlike(index.manifest) or changes.reason or ""
        held = bool(reason) and reason == changes.reason and self._was_refused()
        if held or not reason:
            self.making.engine.publish(folder)
        return Opened(index, folder, changes, held=held), "" if held else reason

    def earlier(self) -> Index | None:
        """The index before, of which much may be taken over where the current one is damaged."""
        folder = versions.earlier(self.root)
        try:
            return self._read(folder) if folder else None
        except (DamagedIndexError, ChatbotError):
            return None

    def build(self, reason: str, previous: Index | None) -> Opened:
        """A new index, made current; from what was there before, as far as that serves. Needs the lock."""
        documents = self.corpus.documents
        with versions.writing(self.root) as folder, _collecting_nothing():
            embedded = write_index(folder, documents, self.making, self.progress, previous)
        version = versions.current(self.root) or folder
        self.making.engine.publish(version)
        added = Changes(added=tuple(document.id for document in documents))
        changes = previous.manifest.changes(documents) if previous else added
        return Opened(self._read(version), version, changes, reason, embedded)

    def _read(self, folder: Path) -> Index:
        manifest = manifests.check(folder)
        # Files can be read, and taken over from, whatever is to search them next; another server is not asked.
        engine = next((engine for engine in (self.making.engine, FAISS) if engine.name == manifest.engine), None)
        if engine is None:
            raise DamagedIndexError(self.making.unlike(manifest))
        return load(folder, manifest, self.making.embeddings, engine)

    def _was_refused(self) -> bool:
        """Whether the index was rolled back from just these documents."""
        folder = versions.refused(self.root)
        try:
            made = manifests.read(folder) if folder else None
        except (DamagedIndexError, ChatbotError):
            return False
        return made is not None and not (self.making.unlike(made) or made.changes(self.corpus.documents).reason)


def build(
    documents: Sequence[Document],
    embeddings: TextEmbeddings,
    head: Head,
    passage_characters: int,
    progress: Progress = no_progress,
) -> Index:
    """An index of `documents` that is nowhere but open."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_index(folder, documents, Making(embeddings, head, passage_characters), progress, None)
        # What is open and mapped stays, although its files have no name any more.
        return load(folder, manifests.read(folder), embeddings)


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
