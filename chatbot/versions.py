"""Versions of a built folder: written whole, made current by one atomic rename of a pointer, kept for one step back."""

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from chatbot.errors import ChatbotError

_POINTER = "current"
_VERSIONS = "versions"
_LOCK = ".building.lock"
_HOLDER = ".building.by"
_PATIENCE = 600.0  # seconds to wait for another process


def current(root: Path) -> Path | None:
    """The folder of the current version under `root`, or None where none was ever finished."""
    name, _ = _pointer(root)
    return _folder(root, name)


def refused(root: Path) -> Path | None:
    """The version that was taken back by the last `roll_back`, as long as nothing was built since."""
    _, name = _pointer(root)
    return _folder(root, name)


def roll_back(root: Path) -> Path:
    """Make the other kept version current and return it; a second time takes that back.

    Raises:
        ChatbotError: there is no other version, or the folder cannot be written to.
    """
    with locked(root):
        now, instead_of = _pointer(root)
        other = _folder(root, instead_of) or _previous(root, now)
        if other is None:
            raise ChatbotError(f"There is no earlier index in {root} to go back to. Only the last one is kept.")
        _point(root, other.name, None if instead_of else now)
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
    before, _ = _pointer(root)
    name = uuid.uuid4().hex[:12]
    unfinished = versions / f".{name}"
    try:
        unfinished.mkdir()
        yield unfinished
        unfinished.rename(versions / name)
        _flush(versions)
        _point(root, name)
    except OSError as error:
        raise ChatbotError(
            f"The index could not be written to {root} ({_reason(error)}). Make room or make the folder writable, "
            "then try again; the index that was there is still in place."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _remove(path for path in versions.iterdir() if path.name not in (name, before))


def _pointer(root: Path) -> tuple[str, str | None]:
    """The name of the current version, and of the one it was put in place of."""
    lines = (_read(root / _POINTER) or "").splitlines() or [""]
    return lines[0].strip(), lines[1].strip() if len(lines) > 1 else None


def _point(root: Path, name: str, instead_of: str | None = None) -> None:
    pointer = root / f".{_POINTER}.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name + "\n" + (f"{instead_of}\n" if instead_of else ""))
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root / _POINTER)
    _flush(root)


def _folder(root: Path, name: str | None) -> Path | None:
    folder = root / _VERSIONS / Path(name or "").name
    return folder if name and folder.is_dir() else None


def _previous(root: Path, now: str) -> Path | None:
    others = (path for path in (root / _VERSIONS).iterdir() if not path.name.startswith(".") and path.name != now)
    return max(others, key=lambda path: path.stat().st_mtime, default=None)


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


def _flush(folder: Path) -> None:
    """Make a rename in `folder` outlast a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
