"""Which files of a folder are documents, and which are left out and why."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.formats import READERS

PLAIN = frozenset({".md", ".txt"})
SUFFIXES = PLAIN | READERS.keys()

# Documents too, but in formats that are not read.
_SAVE_AS = {
    ".doc": ".docx or PDF",
    ".eml": "PDF or text",
    ".epub": "PDF or HTML",
    ".key": "PDF",
    ".mht": "HTML (complete page)",
    ".mhtml": "HTML (complete page)",
    ".msg": "PDF or text",
    ".numbers": ".xlsx or CSV",
    ".pages": ".docx or PDF",
    ".ppt": ".pptx or PDF",
    ".rtf": ".docx or PDF",
    ".wpd": ".docx or PDF",
    ".xls": ".xlsx",
    ".xlsb": ".xlsx",
}
_ARCHIVES = {".7z", ".gz", ".rar", ".tar", ".tgz", ".zip"}
# Where browsers put the pictures and scripts of the page that they save beside it.
_PAGE_PARTS = ("_files", "-filer", "-files")


@dataclass(frozen=True)
class Found:
    """A file under the corpus folder: its path, its name relative to the folder, and why it is left out, if it is."""

    path: Path
    name: str
    left_out: str | None = None


def find(folder: Path, megabytes: int) -> Iterator[Found]:
    """The documents under `folder` in order of their names; hidden files and other things are passed over.

    Nothing outside the folder is read: a link to a file is followed only within it, a link to a folder never.
    """
    home = folder.resolve()
    unreadable: list[OSError] = []
    for path in _walk(folder, unreadable):
        relative = path.relative_to(folder).as_posix()
        # A name with a line break or half a character would break what names it.
        if relative.isprintable():
            yield Found(path, relative, _left_out(path, home, megabytes))
        else:
            yield Found(path, ascii(relative), "its name holds characters that cannot be shown. Rename it.")
    for error in unreadable:
        path = Path(error.filename)
        yield Found(path, f"{path.relative_to(folder).as_posix()}/", f"the folder cannot be read ({error.strerror}).")


def _walk(folder: Path, unreadable: list[OSError]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=unreadable.append):
        here = Path(place)
        pages = {Path(name).stem for name in names if Path(name).suffix.lower() in (".html", ".htm")}
        parts = {f"{page}{end}" for page in pages for end in _PAGE_PARTS}
        folders[:] = sorted(name for name in folders if not _is_hidden(name) and name not in parts)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*names, *links]):
            suffix = Path(name).suffix.lower()
            known = suffix in SUFFIXES or suffix in _SAVE_AS or suffix in _ARCHIVES or name in links
            if known and not _is_hidden(name):
                yield here / name


def _is_hidden(name: str) -> bool:
    """Office programs mark the files they have open with ~$."""
    return name.startswith((".", "~$"))


def _left_out(path: Path, home: Path, megabytes: int) -> str | None:
    suffix = path.suffix.lower()
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(home):
            return "it is a link to a place outside the corpus folder. Copy the file itself."
        about = path.stat()
    except (OSError, RuntimeError):
        return "it is a link that leads nowhere, or cannot be read."
    if stat.S_ISDIR(about.st_mode):
        return "it is a link to a folder. Copy the folder itself." if path.is_symlink() else None
    if not stat.S_ISREG(about.st_mode):
        return "it is not an ordinary file."
    if suffix in _ARCHIVES:
        return "archives are not opened. Unpack it here."
    if suffix in _SAVE_AS:
        return f"{suffix} files are not read. Save it as {_SAVE_AS[suffix]}."
    if not about.st_size:
        return "it is empty."
    if about.st_size > megabytes * 1024**2:
        return (
            f"it has {about.st_size / 1024**2:,.0f} MB, and {megabytes} are allowed. "
            "Split it, or raise CHATBOT_MAX_FILE_MB."
        )
    return None
