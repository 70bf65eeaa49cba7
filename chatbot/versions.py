"""Versions of a built folder: written whole, made current by one atomic rename of a pointer, kept for one step back."""

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import ChatbotError
from chatbot.files import flush

_POINTER = "current"
_VERSIONS = "versions"
_LOCK = ".building.lock"
_HOLDER = ".building.by"
_PATIENCE = 600.0  # seconds to wait for another process


@dataclass(frozen=True)
class _Pointer:
    """What the file says that names the current version.

    Attributes:
        other: the version before it, or, if it was rolled back, the one it was put in place of.
    """

    name: str = ""
    other: str = ""
    rolled_back: bool = False


def current(root: Path) -> Path | None:
    """The folder of the current version under `root`, or None where none was ever finished."""
    return _folder(root, _pointer(root).name)


def earlier(root: Path) -> Path | None:
    """The other version that is kept: the one before, or the one that was taken back."""
    return _folder(root, _pointer(root).other)


def refused(root: Path) -> Path | None:
    """The version that was taken back by the last `roll_back`, as long as nothing was built since."""
    return earlier(root) if _pointer(root).rolled_back else None


def roll_back(root: Path) -> Path:
    """Make the version before current and return it; a second time takes that back.

    Raises:
        ChatbotError: there is no version before, or the folder cannot be written to.
    """
    with locked(root):
        now, other = _pointer(root), earlier(root)
        if other is None:
            raise ChatbotError(f"There is no earlier index in {root} to go back to. Only the last one is kept.")
        _point(root, _Pointer(other.name, now.name, not now.rolled_back))
        return other


class LockError(ChatbotError):
    """The sole right to change a folder could not be had."""


@contextmanager
def locked(root: Path, waiting: Callable[[], None] = lambda: None, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the right to change `root`, which one process has at a time; `waiting` is called if another has it.

    The operating system takes the right back from a process that dies.

    Raises:
        LockError: the other process does not finish in `patience` seconds, or the folder cannot be written to.
    """
    lock = FileLock(root / _LOCK)
    holder = root / _HOLDER
    try:
        (root / _VERSIONS).mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(timeout=patience, poll_interval=0.1)
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()} since {datetime.now():%H:%M}", "utf-8")
    except Timeout:
        raise LockError(
            f"The index in {root} is being built by another process ({_read(holder) or 'unknown'}). "
            "Wait for it, or stop it, then try again; the index that is there goes on serving."
        ) from None
    except OSError as error:
        lock.release()
        raise LockError(
            f"The index folder {root} cannot be written to ({_reason(error)}). "
            "Make it writable and see that the disk has room, or set CHATBOT_INDEX to another folder."
        ) from None
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def writing(root: Path) -> Iterator[Path]:
    """A new folder to write a version into; it becomes current when the block ends without an error.

    To be used under `locked`. The version that was current is kept, older ones go, and so does what a killed build
    left behind.

    Raises:
        ChatbotError: something could not be written.
    """
    versions = root / _VERSIONS
    _remove(path for path in versions.iterdir() if path.name.startswith("."))
    before = _pointer(root).name
    name = uuid.uuid4().hex[:12]
    unfinished = versions / f".{name}"
    try:
        unfinished.mkdir()
        yield unfinished
        unfinished.rename(versions / name)
        flush(versions)
        _point(root, _Pointer(name, before))
    except OSError as error:
        raise ChatbotError(
            f"The index could not be written to {root} ({_reason(error)}). Make room or make the folder writable, "
            "then try again; the index that was there is still in place."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _remove(path for path in versions.iterdir() if path.name not in (name, before))


def _pointer(root: Path) -> _Pointer:
    lines = (_read(root / _POINTER) or "").splitlines()
    name, other, rolled_back = (*lines, "", "", "")[:3]
    return _Pointer(name.strip(), other.strip(), bool(rolled_back.strip()))


def _point(root: Path, pointer: _Pointer) -> None:
    lines = (pointer.name, pointer.other, "rolled back" if pointer.rolled_back else "")
    unfinished = root / f".{_POINTER}.new"
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    flush(unfinished)
    unfinished.replace(root / _POINTER)
    flush(root)


def _folder(root: Path, name: str) -> Path | None:
    folder = root / _VERSIONS / Path(name).name
    return folder if name and folder.is_dir() else None


def _remove(folders: Iterator[Path]) -> None:
    for folder in list(folders):
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _reason(error: OSError) -> str:
    # NumPy reports a short write without an error number.
    return error.strerror or f"short write: {error}"
