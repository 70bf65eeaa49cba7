"""Markdown written block by block, in the plain form that can be quoted: no emphasis, no link addresses, no escapes."""

import re
import unicodedata
from collections.abc import Sequence

from chatbot.formats.converted import MAX_CHARACTERS, Converted, UnreadableError, too_long

Row = Sequence[str]

# Soft hyphens, zero-width characters and control characters: invisible, yet they would break words in two.
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]")
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s*%?")
_PARAGRAPH, _ITEM, _HEADING = "paragraph", "item", "heading"


class MarkdownText:
    """Collects the blocks of one file in reading order and knows where its pages begin."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._pages: list[int] = []
        self._page_waits = False

    def page(self) -> None:
        """What is written next stands on the next page; a page with nothing on it is counted all the same."""
        if self._page_waits:
            self._pages.append(self._length)
        self._page_waits = True

    def heading(self, level: int, text: str) -> None:
        text = clean(text)
        if text:
            self._block(f"{'#' * min(max(level, 1), 6)} {text}", _HEADING)

    def paragraph(self, text: str) -> None:
        self._block(clean(text), _PARAGRAPH)

    def continued(self, text: str) -> None:
        """Go on with the paragraph before, as when it runs over to the next page."""
        text = clean(text)
        if self._last == _PARAGRAPH and text:
            self._write(" ", text)
        else:
            self._block(text, _PARAGRAPH)

    def item(self, text: str) -> None:
        text = clean(text)
        if text:
            self._block(f"- {text}", _ITEM)

    def table(self, rows: Sequence[Row], names: Row = ()) -> None:
        """Each row as one list item that can be quoted alone: "Office: Centre; Telephone: 33 33 33 33".

        Args:
            rows: the cells of each row, without the row that names the columns.
            names: the names of the columns; without them, a row of two cells is read as a name and its value.
        """
        for row in rows:
            cells = [clean(cell) for cell in row]
            if names:
                labels = [*map(clean, names), *[""] * len(cells)]
                filled = [f"{label}: {cell}" if label else cell for label, cell in zip(labels, cells) if cell]  # noqa: B905
                self.item("; ".join(filled))
            elif sum(map(bool, cells)) == 1:
                self.paragraph("".join(cells))
            else:
                filled = [cell for cell in cells if cell]
                self.item((": " if len(cells) == 2 else "; ").join(filled))

    def sheet(self, rows: Sequence[Row]) -> None:
        """A table with the names of its columns where `column_names` finds them."""
        above, names, below = column_names(rows)
        self.table(above)
        self.table(below, names)

    def converted(self, title: str | None = None, source: str | None = None, date: str | None = None) -> Converted:
        """The file as collected.

        Raises:
            UnreadableError: nothing was collected.
        """
        if not self._parts:
            raise UnreadableError("it has no text.")
        text = "".join(self._parts) + "\n"
        return Converted(
            text=text,
            pages=tuple(self._pages),
            title=clean(title or "") or None,
            source=clean(source or "") or None,
            date=date,
        )

    def _block(self, text: str, kind: str) -> None:
        if text:
            between = "\n" if kind == self._last == _ITEM else "\n\n"
            self._write(between if self._parts else "", text)
            self._last = kind

    def _write(self, between: str, text: str) -> None:
        self._length += len(between)
        if self._page_waits:
            self._pages.append(self._length)
            self._page_waits = False
        self._parts += (between, text)
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise too_long()


def clean(text: str) -> str:
    """One line of composed characters without what cannot be seen; ligatures as the letters they stand for."""
    text = _INVISIBLE.sub("", text.translate(_LIGATURES))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def column_names(rows: Sequence[Row]) -> tuple[Sequence[Row], Row, Sequence[Row]]:
    """Lines above a table, the row that names its columns, and the rows below; the names may be missing.

    A row names the columns if it is the first with several cells, and all of them are different words.
    """
    for position, row in enumerate(rows):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) > 1:
            named = len(set(cells)) == len(cells) and not any(_NUMBER.fullmatch(cell) for cell in cells)
            if named and position + 1 < len(rows):
                return rows[:position], row, rows[position + 1 :]
            return rows[:position], (), rows[position:]
    return rows, (), ()
