"""Arrays in files: written row by row, mapped rather than read."""

import mmap
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray


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

    def __len__(self) -> int:
        return self._count

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
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if isinstance(array.base, mmap.mmap):
        # A few rows here and there are read: bringing in what lies around each would fill the memory.
        array.base.madvise(mmap.MADV_RANDOM)
    # A view of a plain array: slicing a mapped one is many times slower.
    return np.asarray(array)
