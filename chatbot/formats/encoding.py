"""Bytes to text when nobody says in which encoding."""

import codecs

from charset_normalizer import from_bytes

from chatbot.formats.converted import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNREADABLE = "its encoding cannot be told. Save it as UTF-8 text."
# What Danish and English files come in. More would only make a short text ambiguous.
_OF_BYTES = ["cp1252", "cp850", "mac_roman"]
_OF_PAIRS = ["utf_16_le", "utf_16_be"]


def decode(content: bytes, declared: str | None = None) -> str:
    """The text of a file: by its byte order mark, as UTF-8, as it declares itself, else as it reads best.

    Raises:
        UnreadableError: it reads as text in no encoding.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            marked = _strict(content, encoding)
            if marked is None:
                raise UnreadableError(_UNREADABLE)
            return marked
    for named in ("utf-8", declared):
        text = _strict(content, named) if named else None
        if text is not None and "\0" not in text:
            return text
    best = from_bytes(content, cp_isolation=_OF_PAIRS if b"\0" in content else _OF_BYTES).best()
    if best is None or "\0" in str(best):
        raise UnreadableError(_UNREADABLE)
    return str(best)


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None
