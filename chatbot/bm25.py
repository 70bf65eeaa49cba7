"""BM25: the score of every passage for a question's words; what it reads stays on the disk."""

import hashlib
import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import Floats, mapped
from chatbot.lexical import STEMMED, stems

# Passages of which only the best is looked at first, when the best of all are wanted.
_BLOCK = 64


class Matches(Protocol):
    """How well passages match the words of one question, each score a share of the highest possible, in [0, 1]."""

    def best(self, k: int) -> NDArray[np.int64]:
        """Rows of at most k passages that match best, those that match not at all left out, in no order."""

    def of(self, rows: Sequence[int]) -> Floats:
        """The scores of these rows."""


class LexicalIndex(ABC):
    """What knows which passages have which words."""

    @abstractmethod
    def matches(self, question: str) -> Matches:
        """How well each passage matches the words of a question."""


@dataclass(frozen=True)
class AllScores:
    """The scores of every passage, shape [passages]."""

    scores: Floats

    def best(self, k: int) -> NDArray[np.int64]:
        # To sort a million takes longer than all the rest. The k best are in the k blocks with the highest maxima.
        starts = np.arange(0, len(self.scores), _BLOCK)
        highest = np.maximum.reduceat(self.scores, starts)
        blocks = _largest(highest, k)
        rows: NDArray[np.int64] = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        rows = rows[rows < len(self.scores)]
        rows = rows[_largest(self.scores[rows], k)]
        return rows[self.scores[rows] > 0]

    def of(self, rows: Sequence[int]) -> Floats:
        return self.scores[np.asarray(rows, np.int64)]


@dataclass(frozen=True)
class Asked:
    """The words of a question that the passages have.

    Attributes:
        stems: numbers of stems in the vocabulary.
        highest: what a passage would score that is full of all the question's words.
    """

    stems: tuple[int, ...]
    highest: float


@dataclass(frozen=True)
class Vocabulary:
    """The stems of all passages, numbered in the order of their hashes, and how many passages have each.

    Attributes:
        stems: 64-bit hashes of the stems, ascending, shape [stems].
        starts: sums of how many passages have each stem, shape [stems + 1].
        length: how many passages there are, shape [1].
    """

    stems: NDArray[np.uint64]
    starts: NDArray[np.int64]
    length: NDArray[np.int64]

    @classmethod
    def open(cls, folder: Path) -> "Vocabulary":
        """Map what `save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        return cls(*(mapped(folder / _file(field.name)) for field in fields(cls)))

    def save(self, folder: Path) -> None:
        """Raises OSError if a file could not be written."""
        for field in fields(self):
            np.save(folder / _file(field.name), getattr(self, field.name), allow_pickle=False)

    def asked(self, question: str) -> Asked:
        """A word that no passage has weighs as much as the rarest one, so that half a match counts as half."""
        known: list[int] = []
        highest = 0.0
        for word in dict.fromkeys(stems(question, STEMMED)):
            found = [number for number in map(self._number, word) if number is not None]
            known.extend(found)
            highest += max(map(self._idf, found), default=self._idf(None))
        return Asked(tuple(known), highest)

    def _number(self, stem: str) -> int | None:
        wanted = np.uint64(_hash(stem))
        number = int(np.searchsorted(self.stems, wanted))
        return number if number < len(self.stems) and self.stems[number] == wanted else None

    def _idf(self, number: int | None) -> float:
        """Lucene's idf, which is what a word's saturated frequency (below 1) is multiplied with."""
        frequency = 0 if number is None else int(self.starts[number + 1] - self.starts[number])
        return math.log(1 + (int(self.length[0]) - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True)
class Bm25(LexicalIndex):
    """For each stem the passages that have it, and what it adds to their score (Lucene's variant, k1 = 1.5, b = 0.75).

    Attributes:
        vocabulary: its `starts` say where in `rows` and `weights` those of each stem begin.
        rows: rows of passages, shape [entries].
        weights: what the stem adds to the passage's score, shape [entries].
    """

    vocabulary: Vocabulary
    rows: NDArray[np.int32]
    weights: Floats

    @classmethod
    def build(cls, texts: Iterable[str], languages: Iterable[str]) -> "Bm25":
        """Count the words of passages, each in its language."""
        import bm25s

        # It would tell every log about each index it builds.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        known: dict[str, int] = {}
        counted = []
        for text, language in zip(texts, languages, strict=True):
            spoken = (language,) if language in STEMMED else STEMMED
            found = [stem for word in stems(text, spoken) for stem in word]
            counted.append(np.array([known.setdefault(stem, len(known)) for stem in found], np.int32))
        hashes = np.fromiter(map(_hash, known), np.uint64, len(known))
        order = np.argsort(hashes)
        place = np.empty(len(known), np.int32)
        place[order] = np.arange(len(known), dtype=np.int32)
        model = bm25s.BM25()
        # Its last entry is of no stem: what a passage without a word is given, which must have one.
        nothing = np.array([len(known)], np.int32)
        ids = [place[passage] if len(passage) else nothing for passage in counted]
        model.index((ids, {number: number for number in range(len(known) + 1)}), show_progress=False)
        starts = np.asarray(model.scores["indptr"][: len(known) + 1], np.int64)
        return cls(
            Vocabulary(hashes[order], starts, np.array([len(counted)], np.int64)),
            np.asarray(model.scores["indices"][: starts[-1]], np.int32),
            np.asarray(model.scores["data"][: starts[-1]], np.float32),
        )

    @classmethod
    def open(cls, folder: Path) -> "Bm25":
        """Map what `save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        return cls(Vocabulary.open(folder), mapped(folder / _file("rows")), mapped(folder / _file("weights")))

    def save(self, folder: Path) -> None:
        """Raises OSError if a file could not be written."""
        self.vocabulary.save(folder)
        np.save(folder / _file("rows"), self.rows, allow_pickle=False)
        np.save(folder / _file("weights"), self.weights, allow_pickle=False)

    def matches(self, question: str) -> AllScores:
        scores = np.zeros(int(self.vocabulary.length[0]), np.float32)
        asked = self.vocabulary.asked(question)
        for number in asked.stems:
            entries = slice(self.vocabulary.starts[number], self.vocabulary.starts[number + 1])
            scores[self.rows[entries]] += self.weights[entries]
        return AllScores(scores / np.float32(asked.highest) if asked.highest else scores)

    def by_passage(self) -> Iterator[dict[int, float]]:
        """For each passage its stems and what each adds to its score."""
        from scipy.sparse import csc_matrix

        shape = int(self.vocabulary.length[0]), len(self.vocabulary.stems)
        matrix = csc_matrix((self.weights, self.rows, self.vocabulary.starts), shape).tocsr()
        for first, end in pairwise(matrix.indptr.tolist()):
            yield dict(zip(matrix.indices[first:end].tolist(), matrix.data[first:end].tolist(), strict=True))


def _largest(values: Floats, k: int) -> NDArray[np.int64]:
    """Where the k largest are, in no order."""
    return np.argpartition(-values, k - 1)[:k] if k < len(values) else np.arange(len(values))


def _hash(stem: str) -> int:
    return int.from_bytes(hashlib.blake2b(stem.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _file(name: str) -> str:
    return f"words.{name}.npy"
