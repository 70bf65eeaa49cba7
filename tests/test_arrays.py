import os
from pathlib import Path

import numpy as np
import pytest

from chatbot.arrays import ArrayFile, RowsInFile, mapped, open_rows


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


def test_rows_are_read_from_the_file_as_they_are_asked_for_also_when_its_name_has_gone(tmp_path: Path) -> None:
    rows = np.arange(60, dtype=np.float16).reshape(20, 3)
    np.save(tmp_path / "rows.npy", rows)
    file = RowsInFile(tmp_path / "rows.npy")
    (tmp_path / "rows.npy").unlink()
    assert file.shape == (20, 3)
    assert np.array_equal(file[3:7], rows[3:7])
    assert file[5:5].shape == file[30:40].shape == (0, 3)
    assert np.array_equal(file.take([19, 0, 4]), rows[[19, 0, 4]])
    assert np.array_equal(file, rows)


def test_a_file_that_is_cut_short_while_it_is_open_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.zeros((1000, 8)))
    file = RowsInFile(tmp_path / "rows.npy")
    os.truncate(tmp_path / "rows.npy", 500)
    with pytest.raises(OSError, match=r"rows\.npy ends too early"):
        file[900:]


def test_a_small_array_is_kept_in_memory_and_a_large_one_read_by_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.save(tmp_path / "rows.npy", rows)
    small = open_rows(tmp_path / "rows.npy")
    monkeypatch.setattr("chatbot.arrays._SMALL", 10)
    large = open_rows(tmp_path / "rows.npy")
    assert isinstance(small, np.ndarray)
    assert isinstance(large, RowsInFile)
    np.testing.assert_array_equal(small[1:3], large[1:3])
