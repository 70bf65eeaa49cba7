"""What an index was built from and what it consists of: an index is valid or refused."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chatbot.checksums import Checksum, changed, checksum, remember
from chatbot.corpus import Document
from chatbot.errors import ChatbotError
from chatbot.files import flush

FORMAT = 2
_FILE = "manifest.json"

# Documents named in one line.
_NAMED = 5


class DamagedIndexError(Exception):
    """The files of an index are missing, changed or of another format; the message ends the sentence
    "The index … because"."""


@dataclass(frozen=True)
class Changes:
    """How documents differ from those an index was built from, by id."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For people: "1 added (bread), 0 changed, 0 removed, 12 unchanged"."""
        parts = []
        for what, ids in (("added", self.added), ("changed", self.changed), ("removed", self.removed)):
            more = [f"and {len(ids) - _NAMED} more"] if len(ids) > _NAMED else []
            parts.append(f"{len(ids)} {what}" + (f" ({', '.join([*ids[:_NAMED], *more])})" if ids else ""))
        return ", ".join([*parts, f"{len(self.unchanged)} unchanged"])

    @property
    def reason(self) -> str | None:
        """Why the index no longer fits, to follow "because", or None where nothing differs."""
        for ids, verb in ((self.added, "was added"), (self.removed, "was removed"), (self.changed, "changed")):
            if ids:
                others = f" (and {len(ids) - 1} more)" if len(ids) > 1 else ""
                return f"the document {ids[0]}{others} {verb}"
        return None


class Manifest(BaseModel):
    """Names everything that would make the index another one, and a checksum for each of its files.

    `fingerprints` are those of the embedding model and of the head that projected the token vectors; `engine` is what
    searches the passages.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    engine: str = "FAISS"
    embedding_model: str
    fingerprints: tuple[str, str]
    dimension: int
    width: int
    passage_characters: int
    documents: dict[str, str]
    passages: int
    sentences: int
    tokens: int
    files: dict[str, Checksum] = {}

    def changes(self, documents: Iterable[Document]) -> Changes:
        """How `documents` differ from those of the index, by what is in them."""
        before, now = self.documents, {document.id: document.sha256 for document in documents}
        return Changes(
            added=tuple(sorted(now.keys() - before.keys())),
            changed=tuple(sorted(key for key in now.keys() & before.keys() if now[key] != before[key])),
            removed=tuple(sorted(before.keys() - now.keys())),
            unchanged=tuple(sorted(key for key in now.keys() & before.keys() if now[key] == before[key])),
        )


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the checksums of everything in `folder`, as the last step of a build.

    When it returns, all of it is on the disk.
    """
    sums = {}
    for path in sorted(folder.iterdir()):
        flush(path)
        sums[path.name] = checksum(path)
    remember(folder, sums)
    sealed = manifest.model_copy(update={"files": sums})
    (folder / _FILE).write_text(sealed.model_dump_json(indent=2) + "\n", encoding="utf-8")
    flush(folder / _FILE)


def read(folder: Path) -> Manifest:
    """The manifest, without looking at the files it names.

    Raises:
        DamagedIndexError: it is missing, unreadable or of an older format.
        ChatbotError: a newer version of the program wrote it, whose index must not be overwritten unasked.
    """
    try:
        content = (folder / _FILE).read_bytes()
        # The one thing in it that every version of the program can read.
        written = json.loads(content)["format"]
        if written > FORMAT:
            raise ChatbotError(
                f"The index in {folder} has format {written}, of a newer version of this program, which reads format "
                f"{FORMAT}. Install that version, set CHATBOT_INDEX to another folder, or build it anew with "
                "`chatbot index --rebuild`."
            )
        if written < FORMAT:
            raise DamagedIndexError(f"it has format {written}, and this program reads format {FORMAT}")
        return Manifest.model_validate_json(content)
    except OSError:
        raise DamagedIndexError("its manifest is missing") from None
    except (ValueError, KeyError, TypeError):
        raise DamagedIndexError("its manifest cannot be read") from None


def check(folder: Path) -> Manifest:
    """Read the manifest and verify every file it names.

    Raises:
        DamagedIndexError: something is missing, was changed, or has an older format.
        ChatbotError: a newer version of the program wrote it.
    """
    manifest = read(folder)
    try:
        damaged = changed(folder, manifest.files)
    except OSError as error:
        name = Path(error.filename or "").name
        raise DamagedIndexError(f"its file {name} is missing") from None
    if damaged:
        raise DamagedIndexError(f"its file {damaged} was changed or cut short")
    return manifest
