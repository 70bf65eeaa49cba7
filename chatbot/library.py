"""The documents of an index, in SQLite: one by one as they are asked for, never all in memory."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path

from chatbot.corpus import Document, Entry
from chatbot.database import Database, writing

# Documents that were read last are kept: a question's candidates are often from the same few.
_KEPT = 64

_TABLE = """CREATE TABLE documents (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT, language TEXT,
    source TEXT, date TEXT, characters INTEGER, first INTEGER, end INTEGER, pages TEXT, text TEXT)"""


class Library(Mapping[str, Document]):
    """Documents by id, in the order they were indexed in."""

    def __init__(self, path: Path) -> None:
        """Read what `write_library` wrote. Raises sqlite3.Error where there is none."""
        self._database = Database.open(path)
        ((self._count,),) = self._database.rows("SELECT count(*) FROM documents")
        self._read = lru_cache(_KEPT)(partial(_document, self._database))

    def __getitem__(self, identity: str) -> Document:
        return self._read(identity)

    def __iter__(self) -> Iterator[str]:
        return (identity for (identity,) in self._database.rows("SELECT id FROM documents ORDER BY position"))

    def __len__(self) -> int:
        return int(self._count)

    def entries(self, most: int = -1) -> list[Entry]:
        """What a list of documents shows of each, of the first `most` or of all."""
        columns = "id, title, language, source, date, characters"
        found = self._database.rows(f"SELECT {columns} FROM documents ORDER BY position LIMIT ?", (most,))  # noqa: S608
        return [Entry(*values) for values in found]

    def passages_of(self, ids: Iterable[str]) -> list[tuple[int, int]]:
        """For each of the documents that is there its first passage's row, and the row after its last."""
        asked = "SELECT first, end FROM documents WHERE id IN (SELECT value FROM json_each(?))"
        return [(first, end) for first, end in self._database.rows(asked, (json.dumps(list(ids)),))]


def write_library(path: Path, documents: Iterable[Document], passages: Mapping[str, tuple[int, int]]) -> None:
    """Write documents, and for each that has any the rows of its passages.

    Raises:
        OSError: the file could not be written.
    """
    with writing(path, _TABLE) as database:
        database.each(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    position,
                    document.id,
                    document.title,
                    document.language,
                    document.source,
                    document.date,
                    len(document.text),
                    *passages.get(document.id, (0, 0)),
                    json.dumps(list(document.pages)),
                    document.text,
                )
                for position, document in enumerate(documents)
            ),
        )


def _document(database: Database, identity: str) -> Document:
    asked = "SELECT id, title, language, text, source, date, pages FROM documents WHERE id = ?"
    found = database.rows(asked, (identity,))
    if not found:
        raise KeyError(identity)
    _, title, language, text, source, date, pages = found[0]
    return Document(identity, title, language, text, source, date, tuple(json.loads(pages)))
