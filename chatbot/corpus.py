"""Documents: read from a folder, each with an id, a title, a language and the text that all offsets count in."""

import datetime
import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from chatbot.conversion import DEFAULT_LIMITS, Converter, Limits
from chatbot.errors import ChatbotError
from chatbot.folder import PLAIN, SUFFIXES, find
from chatbot.formats.converted import MAX_CHARACTERS, Converted, UnreadableError, too_long
from chatbot.formats.encoding import decode
from chatbot.language import language_of
from chatbot.progress import Progress, no_progress
from chatbot.settings import Settings

_FENCE = "---\n"
# Front matter is a few lines; YAML is slow to read.
_LONGEST_FRONT_MATTER = 10_000
# Under the index folder: what was converted once.
_KEPT = "converted"


@dataclass(frozen=True)
class Entry:
    """What a list of documents shows of each.

    Attributes:
        characters: length of its text.
    """

    id: str
    title: str
    language: str
    source: str | None
    date: str | None
    characters: int


@dataclass(frozen=True)
class Document:
    """One source file.

    Attributes:
        text: what follows the front matter, or what the file was converted to; offsets count its characters.
        pages: the offset at which each page begins; empty where there are no pages.
    """

    id: str
    title: str
    language: str
    text: str
    source: str | None = None
    date: str | None = None
    pages: tuple[int, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Changes whenever anything that is indexed or shown of the document changes."""
        parts = [self.id, self.title, self.language, self.text, self.source or "", self.date or ""]
        if self.pages:
            parts.append(" ".join(map(str, self.pages)))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def entry(self) -> Entry:
        return Entry(self.id, self.title, self.language, self.source, self.date, len(self.text))

    def page(self, offset: int) -> int | None:
        """The number of the page at `offset`, from 1; None where there are no pages."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    @property
    def version(self) -> str:
        """A short name of the text as it is now."""
        return self.sha256[:12]

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


def open_corpus(settings: Settings, progress: Progress = no_progress) -> Corpus:
    """The corpus that the settings name; what was converted is kept under the index folder.

    Raises:
        ChatbotError: the folder is missing or holds no document that can be read.
    """
    limits = Limits(settings.max_file_mb, settings.file_seconds)
    return load_corpus(settings.corpus, limits, settings.index / _KEPT, progress)


def load_corpus(
    folder: Path, limits: Limits = DEFAULT_LIMITS, kept: Path | None = None, progress: Progress = no_progress
) -> Corpus:
    """Read every document under `folder`. A file that cannot be read is skipped and named.

    Args:
        folder: where the documents are.
        limits: for each file.
        kept: folder for what was converted; None keeps nothing.
        progress: is told how many files were read.

    Raises:
        ChatbotError: the folder is missing or holds no document that can be read.
    """
    if not folder.is_dir():
        raise ChatbotError(f"There is no corpus folder {folder}. Create it or set CHATBOT_CORPUS to another.")
    documents: dict[str, Document] = {}
    skipped: list[str] = []
    files = list(find(folder, limits.megabytes))
    with Converter(limits, kept) as converter:
        for number, file in enumerate(files):
            progress("Reading documents", number, len(files))
            identity = _identity(file.name)
            try:
                if file.left_out:
                    raise UnreadableError(file.left_out)
                if identity in documents:
                    raise UnreadableError(f"another file already has the id {identity}. Rename one.")
                documents[identity] = _read(file.path, identity, converter)
            except UnreadableError as error:
                skipped.append(f"{file.name} was skipped: {error}")
            except OSError as error:
                skipped.append(f"{file.name} was skipped: it cannot be read ({error.strerror}).")
    progress("Reading documents", len(files), len(files))
    if not documents:
        reasons = " ".join(skipped) or f"Put at least one file there ({', '.join(sorted(SUFFIXES))})."
        raise ChatbotError(f"The corpus folder {folder} holds no document to answer from. {reasons}")
    return Corpus(tuple(documents[identity] for identity in sorted(documents)), tuple(skipped))


def _identity(name: str) -> str:
    """The path without the suffix of a text file; other suffixes stay, so that a.pdf and a.md are two documents."""
    path = Path(name)
    return path.with_suffix("").as_posix() if path.suffix.lower() in PLAIN else name


def _read(path: Path, identity: str, converter: Converter) -> Document:
    """Read one file.

    Raises:
        UnreadableError: it has no text, or none that can be read.
        OSError: it cannot be read.
    """
    plain = path.suffix.lower() in PLAIN
    converted = _plain(path.read_bytes()) if plain else converter.convert(path)
    if not converted.text.strip():
        raise UnreadableError("it has no text.")
    return Document(
        id=identity,
        title=converted.title or path.stem.replace("-", " ").replace("_", " ").strip().capitalize(),
        language=(converted.language or language_of(converted.text)).lower(),
        text=converted.text,
        source=converted.source,
        date=converted.date,
        pages=converted.pages,
    )


def _plain(content: bytes) -> Converted:
    """Markdown or text, with what its front matter says."""
    decoded = decode(content).replace("\r\n", "\n").replace("\r", "\n")
    if len(decoded) > MAX_CHARACTERS:
        raise too_long()
    metadata, text = _split_front_matter(decoded)
    title, source, date, language = (metadata.get(key) for key in ("title", "source", "date", "language"))
    return Converted(text=text, title=title, source=source, date=date, language=language)


def _split_front_matter(content: str) -> tuple[dict[str, str], str]:
    if not content.startswith(_FENCE):
        return {}, content
    head, fence, text = content.removeprefix(_FENCE).partition("\n" + _FENCE)
    if not fence or len(head) > _LONGEST_FRONT_MATTER:
        return {}, content
    try:
        metadata = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError):
        metadata = head
    if metadata is None:
        return {}, text
    if not isinstance(metadata, dict):
        raise UnreadableError("its front matter is not «name: value» lines (YAML).")
    # Plain values only: a nested one may be written in a few lines and yet be of any size when printed.
    plain = (str, int, float, datetime.date)
    values = ((key, str(value).strip()) for key, value in metadata.items() if isinstance(value, plain))
    return {key: value for key, value in values if value}, text
