"""The passages of a vector store, in SQLite: LangChain documents by row and by id."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from chatbot.database import Database, writing

_TABLE = "CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT, metadata TEXT)"
_AT_ONCE = 1000


class Docstore:
    """Documents with an id (a string) and a row (a number, which never moves)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def in_memory(cls) -> "Docstore":
        """An empty one."""
        return cls(Database.in_memory(_TABLE))

    @classmethod
    def open(cls, path: Path) -> "Docstore":
        """Read what `write` wrote. Raises sqlite3.Error where there is none."""
        return cls(Database.open(path))

    @classmethod
    def write(cls, path: Path, documents: Iterable[Document]) -> None:
        """A new file with these documents, in rows from 0.

        Raises:
            OSError: it could not be written.
        """
        with writing(path, _TABLE) as database:
            cls(database).add(0, documents)

    def __iter__(self) -> Iterator[tuple[int, Document]]:
        """Every document with its row, in the order of rows."""
        last = -1
        command = f"SELECT row, id, text, metadata FROM passages WHERE row > ? ORDER BY row LIMIT {_AT_ONCE}"  # noqa: S608
        while found := self._database.rows(command, (last,)):
            yield from map(_document, found)
            last = found[-1][0]

    @property
    def end(self) -> int:
        """The row after the last."""
        ((end,),) = self._database.rows("SELECT coalesce(max(row), -1) + 1 FROM passages")
        return int(end)

    def add(self, row: int, documents: Iterable[Document]) -> None:
        """Add documents, each with an id, in rows from `row` on."""
        lines = (
            (number, document.id, document.page_content, json.dumps(document.metadata))
            for number, document in enumerate(documents, start=row)
        )
        while batch := list(islice(lines, _AT_ONCE)):
            self._database.each("INSERT INTO passages VALUES (?, ?, ?, ?)", batch)

    def remove(self, rows: Sequence[int]) -> None:
        self._database.each("DELETE FROM passages WHERE row = ?", [(row,) for row in rows])

    def at(self, rows: Sequence[int]) -> list[Document]:
        """The documents of these rows, in the same order."""
        found = dict(self._having("row", rows))
        return [found[row] for row in rows]

    def by_id(self, ids: Sequence[str]) -> list[tuple[int, Document]]:
        """Those with one of these ids that there are, each with its row, in the same order."""
        found = {document.id: (row, document) for row, document in self._having("id", ids)}
        return [found[identity] for identity in ids if identity in found]

    def _having(self, column: str, values: Sequence[Any]) -> Iterator[tuple[int, Document]]:
        command = f"SELECT row, id, text, metadata FROM passages WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608
        return map(_document, self._database.rows(command, (json.dumps(list(values)),)))


def _document(columns: tuple[Any, ...]) -> tuple[int, Document]:
    row, identity, text, metadata = columns
    return row, Document(id=identity, page_content=text, metadata=json.loads(metadata))
