"""Conversion of files to Markdown text in a worker process, within limits; what was converted once is kept."""

import contextlib
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from chatbot.files import write_whole
from chatbot.formats.converted import MAX_CHARACTERS, Converted, Reply, UnreadableError
from chatbot.language import language_of

# Count up whenever a change makes any file convert to another text: what was kept is converted again.
CONVERTER = 1

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
# JSON writes some characters as six bytes.
_LONGEST_REPLY = 8 * MAX_CHARACTERS


@dataclass(frozen=True)
class Limits:
    """What one file may take: its size in MB, and seconds for its conversion."""

    megabytes: int = 100
    seconds: int = 60


DEFAULT_LIMITS = Limits()


class Converter:
    """Converts one file after another; one worker process serves many and is replaced when it dies.

    Use it in a `with` block, which ends the worker and forgets what was kept of files that are gone.

    Args:
        limits: for each file.
        kept: folder for what was converted, by the files' contents; None keeps nothing.
    """

    def __init__(self, limits: Limits, kept: Path | None = None) -> None:
        self._limits = limits
        self._kept = kept
        self._used: set[str] = set()
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._stop()
        if kind is None and self._kept is not None:
            with contextlib.suppress(OSError):
                for path in self._kept.iterdir():
                    if path.name not in self._used:
                        path.unlink(missing_ok=True)

    def convert(self, path: Path) -> Converted:
        """The file as Markdown text.

        Raises:
            UnreadableError: it gives no text, or not within the limits.
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        # Another converter, kind of file or limit makes it another conversion.
        name = f"{sha256}.{CONVERTER}.{self._limits.seconds}{path.suffix.lower()}.json"
        self._used.add(name)
        reply = self._remembered(name)
        if reply is None:
            reply = self._asked(sha256, path)
            # A file that changed while it was read must not be kept under what it held before.
            if reply.sha256 == sha256:
                self._remember(name, reply)
        if reply.converted is None:
            raise UnreadableError(reply.unreadable or "")
        return reply.converted

    def _asked(self, sha256: str, path: Path) -> Reply:
        try:
            reply = self._ask(path)
        except TimeoutError:
            self._stop()
            seconds = self._limits.seconds
            reason = f"reading it took longer than {seconds} seconds. Split it, or raise CHATBOT_FILE_SECONDS."
            reply = Reply(sha256=sha256, unreadable=reason)
        if reply.converted is not None:
            # Kept with the text, since telling the language of thousands of documents takes seconds.
            told = reply.converted.model_copy(update={"language": language_of(reply.converted.text)})
            reply = reply.model_copy(update={"converted": told})
        return reply

    def _ask(self, path: Path) -> Reply:
        """Ask the worker; where one dies that served other files before, a new one shows whose fault it was."""
        while True:
            worker = self._worker or _Worker(self._limits.seconds)
            fresh = self._worker is None
            self._worker = worker
            try:
                return worker.ask(path)
            except (EOFError, ConnectionError, ValidationError):
                self._stop()
                if fresh:
                    # Without a checksum it is not kept: the next attempt may fare better.
                    return Reply(sha256="", unreadable="its reader broke down over it. Save it in another format.")

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _remembered(self, name: str) -> Reply | None:
        try:
            return Reply.model_validate_json((self._kept / name).read_bytes()) if self._kept else None
        except (OSError, ValidationError):
            return None

    def _remember(self, name: str, reply: Reply) -> None:
        # A folder that is full or read-only costs time at the next start, nothing more.
        with contextlib.suppress(OSError):
            if self._kept:
                self._kept.mkdir(parents=True, exist_ok=True)
                write_whole(self._kept / name, reply.model_dump_json())


class _Worker:
    """One worker process and the connection to it."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._connection: Connection
        self._connection, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "chatbot.formats.worker", str(theirs.fileno()), str(seconds)]
        paths = os.pathsep.join(filter(None, (str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            # More threads would each reserve address space, which is what is limited.
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()

    def ask(self, path: Path) -> Reply:
        """Have one file converted.

        Raises:
            TimeoutError: it takes too long.
            EOFError, ConnectionError: the process died over it.
            ValidationError: what it said is no reply.
        """
        self._connection.send_bytes(os.fsencode(path.absolute()))
        if not self._connection.poll(self._seconds):
            raise TimeoutError
        return Reply.model_validate_json(self._connection.recv_bytes(_LONGEST_REPLY))

    def kill(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()
