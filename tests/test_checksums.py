import os
from pathlib import Path

import pytest

from chatbot import checksums
from chatbot.checksums import Checksum, changed, checksum, remember


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checksums, "_SMALL", 10_000)
    (tmp_path / "large").write_bytes(os.urandom(5_000_000))
    (tmp_path / "small").write_bytes(b"a few words")
    return tmp_path


def sealed(folder: Path) -> dict[str, Checksum]:
    sums = {name: checksum(folder / name) for name in ("large", "small")}
    remember(folder, sums)
    return sums


def overwrite(path: Path, place: int, *, hiding: bool = False) -> None:
    """Change one byte; `hiding` leaves the time of the last change as it was."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))
    times = (before.st_atime_ns, before.st_mtime_ns + (0 if hiding else 1_000_000))
    os.utime(path, ns=times)


def test_what_is_as_it_was_is_right(folder: Path) -> None:
    sums = sealed(folder)
    assert changed(folder, sums) is None


@pytest.mark.parametrize("name", ["large", "small"])
def test_a_byte_that_was_changed_anywhere_is_noticed(folder: Path, name: str) -> None:
    sums = sealed(folder)
    overwrite(folder / name, 7 if name == "small" else 123_457)
    assert changed(folder, sums) == name


@pytest.mark.parametrize("name", ["large", "small"])
def test_a_file_that_was_cut_short_is_noticed_whatever_its_time(folder: Path, name: str) -> None:
    sums = sealed(folder)
    status = (folder / name).stat()
    os.truncate(folder / name, status.st_size - 1)
    os.utime(folder / name, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert changed(folder, sums) == name


def test_of_a_large_file_that_looks_as_it_did_a_sample_is_read_and_of_a_small_one_all(folder: Path) -> None:
    sums = sealed(folder)
    overwrite(folder / "large", 100, hiding=True)
    assert changed(folder, sums) == "large"
    overwrite(folder / "large", 100, hiding=True)
    overwrite(folder / "small", 3, hiding=True)
    assert changed(folder, sums) == "small"


def test_a_file_that_came_from_elsewhere_is_read_whole_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = sealed(folder)
    os.utime(folder / "large")
    read: list[str] = []
    whole = checksums._whole

    def listening(path: Path) -> str:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(checksums, "_whole", listening)
    assert changed(folder, sums) is None
    assert changed(folder, sums) is None
    assert read.count("large") == 1


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"large": 7}', "{half"])
def test_a_damaged_note_of_how_files_looked_costs_time_only(folder: Path, content: str) -> None:
    sums = sealed(folder)
    (folder / "seen.json").write_text(content)
    assert changed(folder, sums) is None


def test_a_missing_file_is_named(folder: Path) -> None:
    sums = sealed(folder)
    (folder / "small").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        changed(folder, sums)
    assert Path(caught.value.filename).name == "small"
