"""Arrays in files: written row by row, and mapped or read in pieces rather than whole."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SMALL = 32 << 20  # bytes


class ArrayFile:
    """A `.npy` file that rows are appended to; it is complete when the block ends.

    Type and width are those of what is appended first.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError if it cannot be written."""
        self._file = path.open("wb")
        self._kind: NDArray[Any] | None = None
        self._count = 0

    def append(self, rows: NDArray[Any]) -> None:
        """Rows of shape [rows, ...]. Raises OSError if they could not be written."""
        if self._kind is None:
            self._kind = rows[:0]
            self._header()
        self._file.write(np.ascontiguousarray(rows, self._kind.dtype).data)
        self._count += len(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._file.seek(0)
            # NumPy leaves room in a header for the array to grow (NEP 1, version 1.0 of the format).
            self._header()

    def _header(self) -> None:
        kind = np.empty(0, np.float32) if self._kind is None else self._kind
        described = {**npy.header_data_from_array_1_0(kind), "shape": (self._count, *kind.shape[1:])}
        npy.write_array_header_1_0(self._file, described)


def mapped(path: Path) -> NDArray[Any]:
    """The array in a `.npy` file, mapped into memory.

    Raises:
        OSError, ValueError: it is missing or damaged.
    """
    # A view of a plain array: slicing a mapped one is many times slower.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def open_rows(path: Path) -> "NDArray[Any] | RowsInFile":
    """The rows of the array in a `.npy` file: a small one in memory, which saves a system call for every run of rows.

    Raises:
        OSError, ValueError: it is missing or damaged.
    """
    return np.load(path, allow_pickle=False) if path.stat().st_size <= _SMALL else RowsInFile(path)


class RowsInFile:
    """The rows of an array in a `.npy` file, read as they are asked for.

    For a large one of which questions want a few rows here and there: mapped, each would bring in what lies around it,
    and in the end all of it would be in the memory of the process.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError, ValueError if it is missing or damaged."""
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        self.shape, self.dtype = array.shape, array.dtype
        self._path = path
        self._first, self._width = array.offset, array.strides[0]
        # Open, it outlives its name.
        self._file = path.open("rb", buffering=0)

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        first, end, _ = rows.indices(len(self))
        found = np.empty((max(end - first, 0), *self.shape[1:]), self.dtype)
        left = found.data.cast("B") if found.size else b""
        place = self._first + first * self._width
        # A single call reads 2 GB at most.
        while len(left):
            read = os.preadv(self._file.fileno(), [left], place)
            if not read:
                raise self._cut_short()
            left, place = left[read:], place + read
        return found

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[Any]:
        """These rows, shape [rows, ...]."""
        file, width, first = self._file.fileno(), self._width, self._first
        pieces = [os.pread(file, width, first + row * width) for row in map(int, rows)]
        if any(len(piece) != width for piece in pieces):
            raise self._cut_short()
        return np.frombuffer(b"".join(pieces), self.dtype).reshape(len(rows), *self.shape[1:])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - NumPy's protocol
        return np.asarray(self[:], dtype)

    def _cut_short(self) -> OSError:
        return OSError(errno.EIO, f"{self._path.name} ends too early")
