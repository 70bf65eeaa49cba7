"""A synthetic index of any size: real passages multiplied and perturbed, words and vectors alike.

Copies stand in clusters within clusters, as the passages of a large site do: 64 of the same original in a section, 8 of
those in a document. The vector r of an original becomes m + c(r - m) + a(x - y) + …, normalised: m is the mean of the real
vectors, and the sum has a difference of two of them for the section, for the document and for the copy itself. With the
squares of the factors adding up to one, copies have the mean and the covariance of real vectors, which isotropic noise has
not. Sentences and questions move along with their passage.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import Floats
from chatbot.corpus import Document
from chatbot.index import Index
from chatbot.passages import Passage

PER_DOCUMENT = 8
_PER_SECTION = 64

# Of how many copies share a difference, and its share of the variance. A passage's nearest neighbours are then about as
# near as those of real ones would be: 0.93 and, the tenth, 0.90 of 100,000, when from 240 XQuAD paragraphs (0.85 and
# 0.79, intrinsic dimension about 20) one reckons 0.92 and 0.89.
_SHARES = {_PER_SECTION: 0.2, PER_DOCUMENT: 0.15, 1: 0.4}

# Shares of words replaced by another real word, and by a compound of two, which no other passage may have.
_OTHER_WORDS = 0.15
_NEW_WORDS = 0.02


@dataclass(frozen=True)
class Question:
    """A real question, with its vector and the row of the passage that holds its answer."""

    text: str
    vector: Floats
    row: int


@dataclass(frozen=True)
class Originals:
    """What is multiplied: the passages of a real index and questions about them."""

    index: Index
    questions: Sequence[Question]

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(self.index.passages)

    @cached_property
    def topics(self) -> list[str]:
        return self.index.topics(range(len(self.passages)))

    @cached_property
    def vectors(self) -> Floats:
        return self.index.store.vectors(range(len(self.passages)))

    @cached_property
    def pool(self) -> Floats:
        """All real vectors, of passages and sentences, whose differences copies are moved along."""
        return np.concatenate([self.vectors, self.sentences])

    @cached_property
    def sentences(self) -> Floats:
        return np.asarray(self.index.sentence_vectors, np.float32)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word as often as it occurs."""
        return tuple(word for passage in self.passages for word in passage.text.split())


class Copies:
    """`count` copies of the originals; the same seed gives the same ones."""

    def __init__(self, originals: Originals, count: int, seed: int = 0) -> None:
        self._originals = originals
        self._seed = seed
        self.count = count
        generator = np.random.default_rng(seed)
        sections = generator.integers(0, len(originals.passages), -(-count // _PER_SECTION), np.int32)
        self.original = np.repeat(sections, _PER_SECTION)[:count]
        self._mean = originals.pool.mean(axis=0)
        self._pairs = {
            shared: generator.integers(0, len(originals.pool), (-(-count // shared), 2), np.int32) for shared in _SHARES
        }

    @property
    def sentence_counts(self) -> NDArray[np.int64]:
        """How many sentences each copy has."""
        counts: NDArray[np.int64] = np.diff(self._originals.index.first_sentence)[self.original]
        return counts

    @property
    def rows(self) -> dict[str, tuple[int, int]]:
        """By document, the rows of its copies: the first, and the one after the last."""
        firsts = range(0, self.count, PER_DOCUMENT)
        return {_name(first): (first, min(first + PER_DOCUMENT, self.count)) for first in firsts}

    def vectors(self, first: int, end: int) -> Floats:
        """The vectors of these copies, shape [copies, dimension]."""
        return _unit(self._originals.vectors[self.original[first:end]] + self._moves(np.arange(first, end)))

    def sentence_vectors(self, first: int, end: int) -> NDArray[np.float16]:
        """The vectors of these copies' sentences, in order, shape [sentences, dimension]."""
        index = self._originals.index
        spans = [(index.first_sentence[row], index.first_sentence[row + 1]) for row in self.original[first:end]]
        rows = np.concatenate([np.arange(start, stop) for start, stop in spans])
        moves = np.repeat(self._moves(np.arange(first, end)), [stop - start for start, stop in spans], axis=0)
        return _unit(self._originals.sentences[rows] + moves).astype(np.float16)

    def documents(self) -> Iterator[tuple[Document, list[Passage]]]:
        """Documents of copies, each with its passages."""
        for first in range(0, self.count, PER_DOCUMENT):
            yield self._document(first)

    def questions(self, count: int) -> tuple[list[str], Floats]:
        """Questions about copies spread evenly over all, each moved like its passage; texts and [count, dimension]."""
        chance = random.Random(self._seed)  # noqa: S311
        about: dict[int, list[Question]] = {}
        for question in self._originals.questions:
            about.setdefault(question.row, []).append(question)
        rows = np.flatnonzero(np.isin(self.original, list(about)))
        chosen = rows[[chance.randrange(len(rows)) for _ in range(count)]]
        asked = [chance.choice(about[int(self.original[row])]) for row in chosen]
        vectors = np.stack([question.vector for question in asked])
        return [question.text for question in asked], _unit(vectors + self._moves(chosen))

    def topics(self) -> Iterator[str]:
        """What each copy is about."""
        return (self._originals.topics[row] for row in self.original)

    def _moves(self, rows: NDArray[Any]) -> Floats:
        pool = self._originals.pool
        kept = np.float32(1 - sum(_SHARES.values())) ** 0.5
        moves: Floats = (kept - 1) * (self._originals.vectors[self.original[rows]] - self._mean)
        for shared, share in _SHARES.items():
            pairs = self._pairs[shared][rows // shared]
            # A difference of two has twice the variance of one.
            moves += np.float32(share / 2) ** 0.5 * (pool[pairs[:, 0]] - pool[pairs[:, 1]])
        return moves

    def _document(self, first: int) -> tuple[Document, list[Passage]]:
        chance = random.Random(f"{self._seed} {first}")  # noqa: S311
        copied = [self._originals.passages[row] for row in self.original[first : first + PER_DOCUMENT]]
        texts = [
            [self._perturbed(passage.document.slice(*span), chance) for span in passage.sentences] for passage in copied
        ]
        whole = "\n\n".join(" ".join(sentences) for sentences in texts)
        document = Document(_name(first), copied[0].document.title, copied[0].document.language, whole)
        passages, start = [], 0
        for passage, sentences in zip(copied, texts, strict=True):
            spans, opened = [], start
            for sentence in sentences:
                spans.append((opened, opened + len(sentence)))
                opened += len(sentence) + 1
            end = spans[-1][1]
            passages.append(Passage(document, start, end, passage.headings, tuple(spans)))
            start = end + 2
        return document, passages

    def _perturbed(self, sentence: str, chance: random.Random) -> str:
        words, real = sentence.split(), self._originals.words
        for _ in range(round(len(words) * _OTHER_WORDS)):
            words[chance.randrange(len(words))] = chance.choice(real)
        if chance.random() < len(words) * _NEW_WORDS:
            words[chance.randrange(len(words))] = chance.choice(real) + chance.choice(real).lower()
        return " ".join(words)


def _name(first: int) -> str:
    return f"copies/{first // PER_DOCUMENT:08}"


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
