from pathlib import Path

import numpy as np
import pytest

from chatbot.arrays import ArrayFile, mapped


def test_rows_that_were_appended_are_one_array_that_is_mapped(tmp_path: Path) -> None:
    rows = np.arange(60, dtype=np.float16).reshape(20, 3)
    with ArrayFile(tmp_path / "rows.npy") as file:
        for first in (0, 1, 8):
            file.append(rows[first : {0: 1, 1: 8, 8: 20}[first]])
    read = mapped(tmp_path / "rows.npy")
    assert (read.dtype.name, read.tolist()) == ("float16", rows.tolist())
    assert isinstance(read.base, np.memmap)
    assert np.array_equal(np.load(tmp_path / "rows.npy"), rows)


def test_another_type_becomes_that_of_the_first_rows(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "rows.npy") as file:
        file.append(np.array([1], np.int64))
        file.append(np.array([2], np.int8))
    assert mapped(tmp_path / "rows.npy").tolist() == [1, 2]


def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "rows.npy") as file:
        file.append(np.zeros((100, 4)))
    content = (tmp_path / "rows.npy").read_bytes()
    (tmp_path / "rows.npy").write_bytes(content[:-9])
    with pytest.raises(ValueError, match=r"mmap|size|length"):
        mapped(tmp_path / "rows.npy")
