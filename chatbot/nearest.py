"""Nearest neighbours on FAISS: exact up to 50,000 vectors; beyond, inverted lists of quantised ones, re-scored."""

import errno
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import ArrayFile, Floats, RowsInFile

# Up to so many vectors each is compared: 2 ms and 77 MB at 384 dimensions.
EXACT = 50_000

VECTORS = "vectors.faiss"
_HALVES = "vectors.npy"

# Lists for n vectors: 4 √n, as the FAISS wiki's "Guidelines to choose an index" has it. Three in eight are looked at:
# questions stand apart from passages, so what answers them is spread over many lists. With one bit a dimension
# (RaBitQ: Gao and Long 2024, arXiv:2405.12497) that is still fast; docs/scaling.md compares it with other kinds.
_LISTS = 4.0
_LOOKED_AT = 3 / 8
# Vectors a list is trained on; FAISS itself warns below 39.
_TRAINED_ON = 40

# Neighbours taken from quantised vectors; their order is settled by the half-precision ones.
_RESCORED = 800
_SPARE = 8

_AT_ONCE = 65_536


class NearestNeighbours:
    """Vectors by row, and the rows whose vectors are nearest to another (by inner product)."""

    def __init__(self, index: Any, halves: RowsInFile | None = None) -> None:
        self._index = index
        self._halves = halves

    @classmethod
    def empty(cls) -> "NearestNeighbours":
        """One in memory, to add vectors to; the first ones decide the dimension."""
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(0)))

    @classmethod
    def open(cls, folder: Path) -> "NearestNeighbours":
        """Open what `write` wrote; next to nothing of it is read.

        Raises:
            OSError, ValueError, RuntimeError: the files are missing, damaged or do not match.
        """
        index = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC)
        if not isinstance(index, faiss.IndexIVF):
            return cls(index)
        halves = RowsInFile(folder / _HALVES)
        if halves.shape != (index.ntotal, index.d):
            raise ValueError(f"{index.ntotal} quantised vectors, but {len(halves)} whole ones")
        index.nprobe = max(1, round(index.nlist * _LOOKED_AT))
        return cls(index, halves)

    @classmethod
    def write(cls, folder: Path, vectors: NDArray[Any], like: "NearestNeighbours | None" = None) -> None:
        """Write vectors of shape [rows, dimension], as a kind of index that fits their number.

        They may be mapped from a file: few are in memory at any time. Inverted lists are those of `like`, where that
        has about as many vectors (within a factor of two), since to make new ones takes minutes.

        Raises:
            OSError: a file could not be written.
        """
        count, dimension = vectors.shape
        if count <= EXACT:
            index: Any = faiss.IndexFlatIP(dimension)
        else:
            with ArrayFile(folder / _HALVES) as halves:
                for first in range(0, count, _AT_ONCE):
                    halves.append(vectors[first : first + _AT_ONCE].astype(np.float16))
            index = _trained(vectors, like._centroids(count) if like else None)
        for first in range(0, count, _AT_ONCE):
            index.add(np.ascontiguousarray(vectors[first : first + _AT_ONCE], np.float32))
        try:
            faiss.write_index(index, str(folder / VECTORS))
        except RuntimeError as error:  # FAISS says no more than where in its source that was.
            raise OSError(errno.EIO, f"{VECTORS} could not be written, for lack of room perhaps") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def kind(self) -> str:
        """For people: which kind of index it is."""
        if self._halves is None:
            return "exact"
        return f"IVF{self._index.nlist},RaBitQ (looks at {self._index.nprobe} lists)"

    def add(self, rows: Sequence[int], vectors: NDArray[Any]) -> None:
        """Add vectors of shape [rows, dimension] to one in memory."""
        if not len(self):
            self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(rows, np.int64))

    def remove(self, rows: Sequence[int]) -> None:
        """Remove vectors from one in memory."""
        self._index.remove_ids(np.asarray(rows, np.int64))

    def vectors(self, rows: Sequence[int]) -> Floats:
        """The vectors of these rows, shape [rows, dimension]."""
        if not len(rows):
            return np.empty((0, self._index.d), np.float32)
        if self._halves is not None:
            return self._halves.take(rows).astype(np.float32)
        found: Floats = self._index.reconstruct_batch(np.asarray(rows, np.int64))
        return found

    def search(self, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
        """Rows and similarities of the k nearest to one vector of shape [dimension], best first."""
        k = min(k, len(self))
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self._halves is None:
            scores, rows = self._index.search(vector[None, :], k)
            return rows[0], scores[0]
        _, found = self._index.search(vector[None, :], max(_RESCORED, _SPARE * k))
        rows = found[0][found[0] >= 0]
        scores = self.vectors(rows) @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best], scores[best]

    def _centroids(self, count: int) -> Floats | None:
        """Those of the lists, if they are about as many as `count` vectors need."""
        if self._halves is None:
            return None
        made_for = (self._index.nlist / _LISTS) ** 2
        centroids: Floats = self._index.quantizer.reconstruct_n(0, self._index.nlist)
        return centroids if made_for / 2 <= count <= made_for * 2 else None


def lists_for(count: int) -> int:
    """How many inverted lists suit so many vectors."""
    return round(_LISTS * math.sqrt(count))


def _trained(vectors: NDArray[Any], centroids: Floats | None) -> Any:
    """An empty index, with lists around these centroids or made now for an even sample of the vectors."""
    count, dimension = vectors.shape
    lists: Any = faiss.IndexFlatIP(dimension)
    if centroids is not None:
        lists.add(centroids)
    number = lists_for(count) if centroids is None else len(centroids)
    index = faiss.IndexIVFRaBitQ(lists, dimension, number, faiss.METRIC_INNER_PRODUCT)
    lists.this.disown()
    index.own_fields = True
    step = max(1, count // (_TRAINED_ON * number))
    index.train(np.ascontiguousarray(vectors[::step], np.float32))
    return index
