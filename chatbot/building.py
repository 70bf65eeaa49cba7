"""Building: documents in, the files of an index out, embedding only what an earlier index does not hold."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot import manifest as manifests
from chatbot.arrays import ArrayFile, mapped
from chatbot.bm25 import Bm25
from chatbot.corpus import Document
from chatbot.embedding import TextEmbeddings
from chatbot.engine import FAISS, Contents, Engine
from chatbot.errors import ChatbotError
from chatbot.index import (
    DOCUMENTS,
    FIRST_SENTENCE,
    FIRST_TOKEN,
    SENTENCES,
    TOKENS,
    Embedded,
    Index,
    as_langchain,
    from_langchain,
    starts,
    tokens_by_sentence,
)
from chatbot.late_interaction import Head
from chatbot.library import write_library
from chatbot.manifest import Manifest
from chatbot.passages import Passage, split
from chatbot.progress import Progress
from chatbot.topics import topics

# Passages embedded before what was made of them is written: longest first among these, and no more in memory.
_AT_ONCE = 2048

# Of the vectors of passages, until the store has its own.
_SCRATCH = "scratch.npy"


@dataclass(frozen=True)
class Making:
    """How passages and vectors are made.

    Attributes:
        passage_characters: the longest passage.
        engine: what searches them.
    """

    embeddings: TextEmbeddings
    head: Head
    passage_characters: int
    engine: Engine = FAISS

    @property
    def fingerprints(self) -> tuple[str, str]:
        return self.embeddings.fingerprint, self.head.fingerprint

    def unlike(self, made: Manifest) -> str | None:
        """Why an index made now would be another one whatever the documents, to follow "because", or None."""
        if made.engine != self.engine.name:
            return f"it was made for {made.engine}, and {self.engine.name} is set now"
        if made.embedding_model != self.embeddings.name:
            return f"it was made with the embedding model {made.embedding_model}, and {self.embeddings.name} is set now"
        if made.fingerprints != self.fingerprints:
            return "the embedding model or the head that reads its tokens is another one now"
        if made.passage_characters != self.passage_characters:
            return f"passages are now up to {self.passage_characters} characters long, not {made.passage_characters}"
        return None


@dataclass(frozen=True)
class _Found:
    """A passage; its row and topic in the earlier index, if it is the same there."""

    passage: Passage
    row: int | None = None
    topic: str | None = None


def write_index(
    folder: Path, documents: Sequence[Document], making: Making, progress: Progress, previous: Index | None
) -> int:
    """Write an index of `documents` to `folder`, its manifest last.

    Returns how many passages had to be embedded because `previous` does not hold them.

    Raises:
        ChatbotError: there is nothing to index.
        OSError: something could not be written.
    """
    if previous is not None and previous.manifest.fingerprints != making.fingerprints:
        previous = None
    found = list(_split(documents, making.passage_characters, previous, progress))
    if not found:
        raise ChatbotError("The documents hold nothing but headings, so there is nothing to index.")
    passages = [each.passage for each in found]
    lengths = _write_vectors(folder, found, making, progress, previous)
    scratch = folder / _SCRATCH
    vectors = mapped(scratch)
    known = [each.topic for each in found]
    labels = topics(passages, vectors, making.embeddings, known, progress)
    progress("Indexing words", 0, 1)
    texts = (passage.embedded_text for passage in passages)
    words = Bm25.build(texts, (passage.document.language for passage in passages))
    progress("Indexing vectors", 0, 1)
    stored = (as_langchain(*pair) for pair in zip(passages, labels, strict=True))
    making.engine.write(folder, Contents(stored, vectors, words), previous.store if previous else None)
    scratch.unlink()
    np.save(folder / FIRST_SENTENCE, starts([len(passage.sentences) for passage in passages]))
    np.save(folder / FIRST_TOKEN, starts(lengths))
    write_library(folder / DOCUMENTS, documents, _rows_by_document(passages))
    manifests.seal(
        folder,
        Manifest(
            engine=making.engine.name,
            embedding_model=making.embeddings.name,
            fingerprints=making.fingerprints,
            dimension=making.embeddings.dimension,
            width=making.head.width,
            passage_characters=making.passage_characters,
            documents={document.id: document.sha256 for document in documents},
            passages=len(passages),
            sentences=len(lengths),
            tokens=int(lengths.sum()),
        ),
    )
    return sum(each.row is None for each in found)


def _write_vectors(
    folder: Path, found: Sequence[_Found], making: Making, progress: Progress, previous: Index | None
) -> NDArray[np.int64]:
    """Write the vectors of passages, sentences and tokens; how many tokens each sentence has, shape [sentences]."""
    lengths = []
    with (
        ArrayFile(folder / _SCRATCH) as vectors,
        ArrayFile(folder / SENTENCES) as sentences,
        ArrayFile(folder / TOKENS) as tokens,
    ):
        for part in _embedded(found, making, progress, previous):
            vectors.append(part.vector[None, :])
            sentences.append(part.sentences)
            tokens.append(part.tokens)
            lengths.append(part.lengths)
    return np.concatenate(lengths)


def _embedded(
    found: Sequence[_Found], making: Making, progress: Progress, previous: Index | None
) -> Iterator[Embedded]:
    """What the model makes of each passage, in order: taken from `previous`, or made now."""
    new = [each.passage for each in found if each.row is None]
    fresh = _embed(new, making, progress)
    for first in range(0, len(found), _AT_ONCE):
        group = found[first : first + _AT_ONCE]
        rows = [each.row for each in group if each.row is not None]
        kept = previous.embedded(rows) if previous else iter(())
        for each in group:
            yield next(fresh if each.row is None else kept)


def _embed(passages: Sequence[Passage], making: Making, progress: Progress) -> Iterator[Embedded]:
    """What the model makes of each passage, in order; a group of them is in memory at a time."""
    sentences = starts([len(passage.sentences) for passage in passages]).tolist()
    for first in range(0, len(passages), _AT_ONCE):
        passages_read = _continued(progress, first, len(passages))
        sentences_read = _continued(progress, sentences[first], sentences[-1])
        yield from _embed_group(passages[first : first + _AT_ONCE], making, passages_read, sentences_read)


def _embed_group(
    passages: Sequence[Passage], making: Making, passages_read: Progress, sentences_read: Progress
) -> Iterator[Embedded]:
    whole: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    texts = [passage.embedded_text for passage in passages]
    for row, encoded in making.embeddings.passages(texts, passages_read, "Embedding passages"):
        owned = tokens_by_sentence(passages[row], encoded.offsets)
        tokens = making.head.passage(encoded.tokens[np.concatenate(owned)])
        whole[row] = encoded.vector, tokens, np.array([len(sentence) for sentence in owned])
    quotes = [passage.document.slice(*span) for passage in passages for span in passage.sentences]
    sentences = making.embeddings.passage_vectors(quotes, sentences_read, "Embedding sentences").astype(np.float16)
    first = starts([len(passage.sentences) for passage in passages])
    for row in range(len(passages)):
        vector, tokens, lengths = whole[row]
        yield Embedded(vector, sentences[first[row] : first[row + 1]], tokens, lengths)


def _split(
    documents: Sequence[Document], passage_characters: int, previous: Index | None, progress: Progress
) -> Iterator[_Found]:
    """The passages of all documents, each with what it was in `previous`, if it is the same there.

    A document that did not change is not split again.
    """
    unchanged = dict[str, Document]()
    if previous and previous.manifest.passage_characters == passage_characters:
        same = set(previous.manifest.changes(documents).unchanged)
        unchanged.update((document.id, document) for document in documents if document.id in same)
    known: dict[str, list[_Found]] = defaultdict(list)
    elsewhere: dict[bytes, _Found] = {}
    for row, stored in previous.store if previous else ():
        passage = from_langchain(stored, unchanged.get(stored.metadata["document"], _NOWHERE))
        kept = _Found(passage, row, stored.metadata["topic"])
        if passage.document is _NOWHERE:
            elsewhere[_content(stored.page_content, passage)] = kept
        else:
            known[passage.document.id].append(kept)
    for number, document in enumerate(documents, start=1):
        if document.id in unchanged:
            yield from known[document.id]
        else:
            for passage in split(document, passage_characters):
                known_by_text = elsewhere.get(_content(passage.text, passage))
                yield replace(known_by_text, passage=passage) if known_by_text else _Found(passage)
        progress("Splitting documents", number, len(documents))


# Stands for the document of a passage that is known by its text alone.
_NOWHERE = Document("", "", "", "")


def _content(text: str, passage: Passage) -> bytes:
    """A hash of everything that what is embedded of a passage with this text depends on."""
    spans = [(opened - passage.start, closed - passage.start) for opened, closed in passage.sentences]
    whole = "\n".join((str(spans), *passage.headings, text))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()


def _rows_by_document(passages: Sequence[Passage]) -> dict[str, tuple[int, int]]:
    """The rows of each document's passages, which stand together: the first, and the one after the last."""
    spans: dict[str, tuple[int, int]] = {}
    for row, passage in enumerate(passages):
        first, _ = spans.get(passage.document.id, (row, row))
        spans[passage.document.id] = first, row + 1
    return spans


def _continued(progress: Progress, before: int, total: int) -> Progress:
    """Tells the progress of a part as that of the whole, of which so many were done before."""
    return lambda step, done, part: progress(step, before + done, total)
