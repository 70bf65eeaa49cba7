"""What an index was built from and what it consists of: an index is valid or refused."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.corpus import Document

FORMAT = 1
_FILE = "manifest.json"


class DamagedIndexError(Exception):
    """The files of an index are missing, changed or of another format; the message ends the sentence
    "The index … because"."""


class Manifest(BaseModel):
    """Names everything that would make the index another one, and a checksum for each of its files.

    `fingerprints` are those of the embedding model and of the head that projected the token vectors.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    embedding_model: str
    fingerprints: tuple[str, str]
    dimension: int
    width: int
    passage_characters: int
    documents: dict[str, str]
    passages: int
    sentences: int
    tokens: int
    files: dict[str, str] = {}

    def outdated(
        self, documents: tuple[Document, ...], model: str, fingerprints: tuple[str, str], size: int
    ) -> str | None:
        """Why the index no longer fits, to follow "because", or None where it does."""
        if self.embedding_model != model:
            return f"it was made with the embedding model {self.embedding_model}, and {model} is set now"
        if self.fingerprints != fingerprints:
            return "the embedding model or the head that reads its tokens is another one now"
        if self.passage_characters != size:
            return f"passages are now up to {size} characters long, not {self.passage_characters}"
        now = {document.id: document.sha256 for document in documents}
        for verb, ids in (
            ("was added", now.keys() - self.documents.keys()),
            ("was removed", self.documents.keys() - now.keys()),
            ("changed", {key for key, hashed in self.documents.items() if now.get(key, hashed) != hashed}),
        ):
            if ids:
                others = f" (and {len(ids) - 1} more)" if len(ids) > 1 else ""
                return f"the document {min(ids)}{others} {verb}"
        return None


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with the checksums of everything in `folder`, as the last step of a build."""
    sums = {path.name: _checksum(path) for path in sorted(folder.iterdir()) if path.name != _FILE}
    sealed = manifest.model_copy(update={"files": sums})
    (folder / _FILE).write_text(sealed.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return sealed


def check(folder: Path) -> Manifest:
    """Read the manifest and verify every file it names.

    Raises:
        DamagedIndexError: something is missing, was changed, or comes from another version of the program.
    """
    try:
        manifest = Manifest.model_validate_json((folder / _FILE).read_bytes())
    except OSError:
        raise DamagedIndexError("its manifest is missing") from None
    except ValidationError:
        raise DamagedIndexError("its manifest cannot be read") from None
    if manifest.format != FORMAT:
        raise DamagedIndexError(f"it has format {manifest.format}, and this program reads format {FORMAT}")
    for name, expected in manifest.files.items():
        path = folder / Path(name).name
        if not path.is_file():
            raise DamagedIndexError(f"its file {name} is missing")
        if _checksum(path) != expected:
            raise DamagedIndexError(f"its file {name} was changed or cut short")
    return manifest


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
