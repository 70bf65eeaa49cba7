"""SQLite as it is used here: files that are written once, whole, and then only read; safe to ask from several threads."""

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote


class Database:
    """A single connection that threads take turns at.

    A file is opened at once and kept open: so it outlives its folder, which an update may have replaced meanwhile.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def in_memory(cls, table: str) -> "Database":
        """One with an empty table."""
        database = cls(sqlite3.connect(":memory:", check_same_thread=False))
        database.rows(table)
        return database

    @classmethod
    def open(cls, path: Path) -> "Database":
        """One to read from. Raises sqlite3.Error where there is none."""
        # Immutable: no lock and no journal, so that a folder without the right to write will do.
        address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        return cls(sqlite3.connect(address, uri=True, check_same_thread=False))

    def rows(self, command: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Everything that one SQL command returns."""
        with self._lock:
            return self._connection.execute(command, values).fetchall()

    def each(self, command: str, values: Iterable[tuple[Any, ...]]) -> None:
        """The command once for each of the values; for all of them or for none."""
        with self._lock, self._connection:
            self._connection.executemany(command, values)


@contextmanager
def writing(path: Path, table: str) -> Iterator[Database]:
    """A new database at `path` with an empty table, written by the end of the block.

    Raises:
        OSError: it could not be written.
    """
    connection = sqlite3.connect(path)
    try:
        # A file that was not finished is thrown away, so nothing has to be taken back.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(table)
        yield Database(connection)
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, f"{path.name} could not be written, for lack of room perhaps ({error})") from error
    finally:
        connection.close()
