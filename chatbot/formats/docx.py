"""Word (.docx): headings by their styles, lists, tables; text in deleted revisions and pictures is left out."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.styles.style import BaseStyle
from docx.text.paragraph import Paragraph

from chatbot.formats.archive import open_archive
from chatbot.formats.converted import Converted, stated_date, stated_title
from chatbot.formats.markdown import MarkdownText, column_names

_HEADING = re.compile(r"(?:heading|overskrift) (\d)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|indholdsfortegnelse) (?:\d|heading)", re.IGNORECASE)
_GAPS = {qn("w:tab"), qn("w:br"), qn("w:cr")}
_BOX = qn("w:txbxContent")
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Text boxes are read after their paragraph; what was moved or deleted is not read at all.
_ELSEWHERE = {qn("w:drawing"), qn("w:pict"), f"{_COMPATIBILITY}AlternateContent", qn("w:moveFrom"), qn("w:del")}


def convert(content: bytes) -> Converted:
    """Read one Word document.

    Raises:
        UnreadableError: it is protected, damaged, too large unpacked, or has no text.
    """
    open_archive(content).close()
    document = docx.Document(BytesIO(content))
    text = MarkdownText()
    titles: list[str] = []
    _write(document.element.body, document, text, titles)
    told = document.core_properties
    return text.converted(title=stated_title(told.title) or next(iter(titles), None), date=stated_date(told))


def _write(parent: Any, document: Document, text: MarkdownText, titles: list[str]) -> None:
    for element in parent:
        if element.tag == qn("w:p"):
            _paragraph(element, document, text, titles)
            for box in element.iter(_BOX):
                if not any(above.tag == f"{_COMPATIBILITY}Fallback" for above in box.iterancestors()):
                    _write(box, document, text, titles)
        elif element.tag == qn("w:tbl"):
            _table(element, text)
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            _write(element, document, text, titles)


def _paragraph(element: Any, document: Document, text: MarkdownText, titles: list[str]) -> None:
    paragraph = Paragraph(element, document)
    line = "".join(_words(element))
    name = (paragraph.style.name if paragraph.style is not None else None) or ""
    level = _level(paragraph)
    if _CONTENTS.match(name):
        return
    if name == "Title":
        titles.append(line)
    if level:
        text.heading(level, line)
    elif name.startswith("List") or element.xpath("./w:pPr/w:numPr"):
        text.item(line)
    else:
        text.paragraph(line)


def _level(paragraph: Paragraph) -> int | None:
    """The level of a heading: its style's, the style's that one is based on, or an outline level of its own."""
    properties = [paragraph._p.pPr]
    style: BaseStyle | None = paragraph.style
    for _ in range(10):
        if style is None:
            break
        found = _HEADING.match(style.name or "")
        if found or style.name == "Title":
            return int(found[1]) if found else 1
        properties.append(style.element.pPr)
        style = getattr(style, "base_style", None)
    levels = [int(level) for own in properties if own is not None for level in own.xpath("./w:outlineLvl/@w:val")]
    return levels[0] + 1 if levels and levels[0] < 9 else None


def _words(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _GAPS:
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag not in _ELSEWHERE:
            yield from _words(child)


def _table(table: Any, text: MarkdownText) -> None:
    rows = [
        [" ".join("".join(_words(line)) for line in cell.iter(qn("w:p"))) for cell in row.iter(qn("w:tc"))]
        for row in table.iterchildren(qn("w:tr"))
    ]
    above, names, below = column_names(rows)
    text.table(above)
    # Two columns without a heading row are mostly names and values; with one, a third column tells.
    headed = len(names) > 2 or bool(table.xpath("./w:tr[1]/w:trPr/w:tblHeader"))
    text.table(below if headed else rows[len(above) :], names if headed else ())
