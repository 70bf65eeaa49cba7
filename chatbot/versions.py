"""Versions of a built folder: written whole, then made current by one atomic rename of a pointer."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import ChatbotError

_POINTER = "current"
_VERSIONS = "versions"
_KEPT = 2


def current(root: Path) -> Path | None:
    """The folder of the current version under `root`, or None where none was ever finished."""
    try:
        name = (root / _POINTER).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    folder = root / _VERSIONS / Path(name).name
    return folder if name and folder.is_dir() else None


@contextmanager
def building(root: Path) -> Iterator[Path]:
    """A new folder to write a version into; it becomes current when the block ends without an error.

    Only one process builds at a time. What a killed build left behind is removed by the next one.

    Raises:
        ChatbotError: another process is building, or the folder cannot be written to.
    """
    versions = root / _VERSIONS
    try:
        versions.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".building.lock")
        lock.acquire(timeout=600, poll_interval=0.2)
    except Timeout:
        raise ChatbotError(f"Another process is building the index in {root}. Wait for it, then try again.") from None
    except OSError as error:
        raise ChatbotError(f"The index folder {root} cannot be written to ({error.strerror}).") from None
    try:
        _remove(path for path in versions.iterdir() if path.name.startswith("."))
        name = uuid.uuid4().hex[:12]
        unfinished = versions / f".{name}"
        unfinished.mkdir()
        try:
            yield unfinished
            unfinished.rename(versions / name)
        except OSError as error:
            raise ChatbotError(
                f"The index could not be written to {root} ({error.strerror}). The previous one is still in place."
            ) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        _point(root, name)
        others = sorted(versions.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        _remove(path for path in others[_KEPT:] if path.name != name)
    finally:
        lock.release()


def _point(root: Path, name: str) -> None:
    pointer = root / f".{_POINTER}.{name}"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root / _POINTER)


def _remove(folders: Iterator[Path]) -> None:
    for folder in list(folders):
        shutil.rmtree(folder, ignore_errors=True)
