"""Checksums of files: all of a file when it is new or another, a sample of a large one that looks as it did."""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chatbot.files import write_whole

# Smaller files are read whole every time: 64 MB take a twentieth of a second.
_SMALL = 64 * 2**20

# Of a larger one, so many pieces of so many bytes, evenly spread, the last one at its end.
_PIECES = 256
_PIECE = 4096

# Beside the files: how each looked when all of it was last read and found right.
_SEEN = "seen.json"


class Checksum(BaseModel):
    """What a file must be: its size in bytes, a SHA-256 of all of it, and one of a sample."""

    model_config = ConfigDict(frozen=True)

    size: int
    whole: str
    sample: str


def checksum(path: Path) -> Checksum:
    """Read all of a file. Raises OSError if it cannot be read."""
    return Checksum(size=path.stat().st_size, whole=_whole(path), sample=_sample(path))


def changed(folder: Path, sums: dict[str, Checksum]) -> str | None:
    """The name of a file that is no longer what `sums` say, or None.

    A large file whose size and time of change are those of the last time it was found right is sampled.

    Raises:
        OSError: one of the files is missing or cannot be read.
    """
    seen = _seen(folder)
    for name, expected in sums.items():
        path = folder / Path(name).name
        found = path.stat()
        if found.st_size != expected.size:
            return name
        known = found.st_size > _SMALL and seen.get(name) == _look(found)
        if _sample(path) != expected.sample if known else _whole(path) != expected.whole:
            return name
    remember(folder, sums)
    return None


def remember(folder: Path, names: Iterable[str]) -> None:
    """Note how these files look now that all of each is known to be right."""
    looks = {name: _look((folder / name).stat()) for name in names}
    if looks != _seen(folder):
        # Without the right to write, or room, all of it is read the next time too.
        with suppress(OSError):
            write_whole(folder / _SEEN, json.dumps(looks))


def _seen(folder: Path) -> dict[str, list[int]]:
    try:
        seen: dict[str, list[int]] = json.loads((folder / _SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}


def _look(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns]


def _whole(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sample(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        last = max(os.fstat(file.fileno()).st_size - _PIECE, 0)
        for piece in range(_PIECES):
            file.seek(last * piece // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return digest.hexdigest()
