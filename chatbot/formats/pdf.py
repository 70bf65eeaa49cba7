"""PDF: lines as `pdfminer.six` lays them out, joined to paragraphs; headings told by the size and weight of their type."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import dict_value, resolve1
from pdfminer.utils import decode_text

from chatbot.formats.converted import Converted, UnreadableError, stated_title
from chatbot.formats.markdown import MarkdownText, clean

MAX_PAGES = 5_000

# A heading is set at least this much larger than most of the text, or in bold, and is not longer than this.
_LARGER = 1.12
_LONGEST_HEADING = 150
_LONGEST_FOOTER = 30
_BOLD = re.compile(r"bold|black|heavy|semibd", re.IGNORECASE)
_BULLET = re.compile(r"[•▪●◦‣■\uf0b7\uf0a7]\s*|[–*-]\s+")
_ENDED = re.compile(r"[.!?:;…][\"'”»)]*$")
_HYPHEN = re.compile(r"(\w{3,})-$")
# "Introduction . . . . . . 4" in a table of contents, and letters whose font does not say what they are.
_LEADER = re.compile(r"(?:\.\s?){5,}\s*\w*$")
_UNKNOWN = re.compile(r"\(cid:\d+\)")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of type.

    Attributes:
        block: number of the layout box it stands in.
        short: it ends well before the right edge of its box, as the last line of a paragraph does.
        edge: it is among the first or last lines of its page.
    """

    text: str
    size: float
    bold: bool
    block: int
    short: bool
    edge: bool


def convert(content: bytes) -> Converted:
    """Read one PDF.

    Raises:
        UnreadableError: it is protected, holds no text, or more pages than `MAX_PAGES`.
    """
    try:
        document = PDFDocument(PDFParser(BytesIO(content)))
    except PDFPasswordIncorrect:
        raise UnreadableError("it is protected by a password. Save a copy without one.") from None
    declared = resolve1(dict_value(document.catalog.get("Pages")).get("Count"))
    if isinstance(declared, int) and declared > MAX_PAGES:
        raise _too_many_pages(declared)
    pages = _without_running_heads(list(_pages(content)))
    if not any(pages):
        raise UnreadableError(
            "its pages hold no text, as in a scan. Run text recognition (OCR) over it and put the result here."
        )
    text = MarkdownText()
    title = _write(pages, text)
    told: dict[str, Any] = document.info[0] if document.info else {}
    dated = _DATE.match(_string(told.get("CreationDate")))
    return text.converted(
        title=stated_title(_string(told.get("Title"))) or title,
        date="-".join(dated.groups()) if dated else None,
    )


def _pages(content: bytes) -> Iterator[list[_Line]]:
    for number, page in enumerate(extract_pages(BytesIO(content)), start=1):
        if number > MAX_PAGES:
            raise _too_many_pages(number)
        yield list(_lines(page))


def _too_many_pages(count: int) -> UnreadableError:
    return UnreadableError(f"it has {count:,} pages or more, and {MAX_PAGES:,} are read. Split it.")


def _lines(page: LTPage) -> Iterator[_Line]:
    boxes = [box for box in page if isinstance(box, LTTextBox)]
    found = [(number, line) for number, box in enumerate(boxes) for line in box if isinstance(line, LTTextLine)]
    heights = sorted(line.y0 for _, line in found)
    low, high = (heights[min(1, len(heights) - 1)], heights[max(-2, -len(heights))]) if heights else (0, 0)
    for number, line in found:
        letters = [letter for letter in line if isinstance(letter, LTChar) and letter.upright]
        text = clean(_UNKNOWN.sub("", line.get_text()))
        if text and letters and not _LEADER.search(text):
            sizes = Counter(round(letter.size * 2) / 2 for letter in letters)
            box = boxes[number]
            yield _Line(
                text=text,
                size=sizes.most_common(1)[0][0],
                bold=sum(bool(_BOLD.search(letter.fontname)) for letter in letters) * 2 > len(letters),
                block=number,
                short=line.x1 < box.x0 + 0.8 * max(box.width, 0.3 * page.width),
                edge=line.y0 <= low or line.y0 >= high,
            )


def _without_running_heads(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """Leave out what stands at the edge of many pages: headers, footers, page numbers."""
    seen = Counter(form for page in pages for form in {_form(line) for line in page if line.edge})
    often = max(3, 0.4 * len(pages))
    return [[line for line in page if not (line.edge and seen[_form(line)] >= often)] for page in pages]


def _form(line: _Line) -> str:
    """A short line that differs in its numbers only is still the same footer; a long one is text about numbers."""
    return re.sub(r"\d+", "0", line.text) if len(line.text) <= _LONGEST_FOOTER else line.text


def _write(pages: Sequence[Sequence[_Line]], text: MarkdownText) -> str | None:
    """Write all pages; returns the first of the largest headings, which is the best guess at a title."""
    letters: Counter[tuple[float, bool]] = Counter()
    for line in (line for page in pages for line in page):
        letters[line.size, line.bold] += len(line.text)
    body, body_bold = letters.most_common(1)[0][0]

    def larger(line: _Line) -> bool:
        return line.size >= body * _LARGER or (line.bold and not body_bold and line.size >= body)

    blocks = [[*_blocks(page, larger)] for page in pages]
    styles = sorted({_style(block) for page in blocks for block in page if _is_heading(block, larger)}, reverse=True)
    words = Counter(word for page in pages for line in page for word in re.findall(r"[\w-]+", line.text))
    title = None
    ended = True
    for page in blocks:
        text.page()
        for block in page:
            joined = _joined([line.text for line in block], words)
            if _is_heading(block, larger):
                level = styles.index(_style(block)) + 1
                text.heading(level, joined)
                title = title or (joined if level == 1 else None)
                ended = True
            elif bullet := _BULLET.match(joined):
                text.item(joined[bullet.end() :])
                ended = True
            else:
                (text.paragraph if ended or not joined[:1].islower() else text.continued)(joined)
                ended = bool(_ENDED.search(joined))
    return title


def _blocks(page: Sequence[_Line], larger: Callable[[_Line], bool]) -> Iterator[list[_Line]]:
    """Lines that belong together: of one box, all of heading type or none, from one bullet to the next."""
    block: list[_Line] = []
    for line in page:
        before = block[-1] if block else line
        together = line.block == before.block and larger(line) == larger(before)
        if larger(line):
            together = together and (line.size, line.bold) == (before.size, before.bold)
        elif before.short and not line.text[0].islower():
            together = False
        if block and (not together or _BULLET.match(line.text)):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _is_heading(block: Sequence[_Line], larger: Callable[[_Line], bool]) -> bool:
    length = sum(len(line.text) for line in block)
    lettered = any(letter.isalpha() for line in block for letter in line.text)
    return larger(block[0]) and lettered and length <= _LONGEST_HEADING and not block[-1].text.endswith((".", ",", ";"))


def _style(block: Sequence[_Line]) -> tuple[float, bool]:
    return block[0].size, block[0].bold


def _joined(lines: Sequence[str], words: Counter[str]) -> str:
    """Lines as one; a hyphen at a line's end goes unless the hyphened word is the one used elsewhere."""
    parts = [lines[0]]
    for before, line in pairwise(lines):
        if not (before.endswith("-") and line[:1].islower()):
            parts.append(f" {line}")
            continue
        cut, rest = _HYPHEN.search(before), re.split(r"\W", line, maxsplit=1)[0]
        if cut and words[f"{cut[1]}-{rest}"] <= words[cut[1] + rest]:
            parts[-1] = parts[-1][:-1]
        parts.append(line)
    return "".join(parts)


def _string(value: Any) -> str:
    value = resolve1(value)
    return clean(decode_text(value)) if isinstance(value, bytes) else ""
