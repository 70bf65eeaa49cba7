"""Documents: read from a folder, each with an id, a title, a language and the text that all offsets count in."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chatbot.errors import ChatbotError
from chatbot.language import detect_language

SUFFIXES = (".md", ".txt")
_FENCE = "---\n"


@dataclass(frozen=True)
class Document:
    """One source file. `text` is what follows the front matter; offsets count its characters."""

    id: str
    title: str
    language: str
    text: str
    source: str | None = None
    date: str | None = None

    @property
    def sha256(self) -> str:
        """Changes whenever anything that is indexed or shown of the document changes."""
        parts = (self.id, self.title, self.language, self.text, self.source or "", self.date or "")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def slice(self, start: int, end: int) -> str:
        """The text at `[start:end]`, the only way a quote is made.

        Raises:
            ValueError: the offsets do not name a piece of the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"[{start}:{end}] is no piece of document {self.id} ({len(self.text)} characters)")
        return self.text[start:end]


@dataclass(frozen=True)
class Corpus:
    """The documents that could be read, sorted by id, and one sentence for each file that could not."""

    documents: tuple[Document, ...]
    skipped: tuple[str, ...] = ()


def load_corpus(folder: Path) -> Corpus:
    """Read every document under `folder`. A file that cannot be read is skipped and named.

    Raises:
        ChatbotError: the folder is missing or holds no document that can be read.
    """
    if not folder.is_dir():
        raise ChatbotError(f"There is no corpus folder {folder}. Create it or set CHATBOT_CORPUS to another.")
    documents: dict[str, Document] = {}
    skipped: list[str] = []
    for path in _files(folder):
        identity = path.relative_to(folder).with_suffix("").as_posix()
        if identity in documents:
            skipped.append(f"{path.name} was skipped: another file already has the id {identity}. Rename one.")
            continue
        try:
            documents[identity] = read_document(path, identity)
        except ChatbotError as error:
            skipped.append(str(error))
    if not documents:
        reasons = " ".join(skipped) or f"Put at least one {' or '.join(SUFFIXES)} file there."
        raise ChatbotError(f"The corpus folder {folder} holds no document to answer from. {reasons}")
    return Corpus(tuple(documents[identity] for identity in sorted(documents)), tuple(skipped))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in SUFFIXES and not path.is_dir():
            yield path


def read_document(path: Path, identity: str) -> Document:
    """Read one Markdown or text file.

    Raises:
        ChatbotError: the file cannot be read, is not UTF-8, is empty, or its front matter is broken.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ChatbotError(
            f"{path.name} was skipped: it is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ChatbotError(f"{path.name} was skipped: it cannot be read ({error.strerror}).") from None
    metadata, text = _split_front_matter(content.replace("\r\n", "\n").replace("\r", "\n"), path.name)
    if not text.strip():
        raise ChatbotError(f"{path.name} was skipped: it has no text.")
    return Document(
        id=identity,
        title=_string(metadata, "title") or path.stem.replace("-", " ").replace("_", " ").strip().capitalize(),
        language=(_string(metadata, "language") or detect_language(text[:5000], fallback="en")).lower(),
        text=text,
        source=_string(metadata, "source"),
        date=_string(metadata, "date"),
    )


def _split_front_matter(content: str, name: str) -> tuple[dict[str, Any], str]:
    if not content.startswith(_FENCE):
        return {}, content
    head, fence, text = content.removeprefix(_FENCE).partition("\n" + _FENCE)
    if not fence:
        return {}, content
    try:
        metadata = yaml.safe_load(head)
    except yaml.YAMLError:
        metadata = head
    if metadata is None:
        return {}, text
    if not isinstance(metadata, dict):
        raise ChatbotError(f"{name} was skipped: its front matter is not «name: value» lines (YAML).")
    return metadata, text


def _string(metadata: dict[str, Any], key: str) -> str | None:
    value = metadata.get(key)
    return None if value is None else str(value).strip() or None
