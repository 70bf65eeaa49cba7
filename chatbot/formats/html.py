"""HTML: the main content without menus, as `trafilatura` finds it."""

import re

from lxml.etree import _Element
from trafilatura import bare_extraction

from chatbot.formats.converted import Converted, UnreadableError
from chatbot.formats.encoding import decode
from chatbot.formats.markdown import MarkdownText

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
# Browsers write the address into a page they save.
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(https?://\S+) -->")
_HEAD = 4096
_BLOCKS = {"head", "p", "list", "table", "quote", "code", "div", "item", "row"}


def convert(content: bytes) -> Converted:
    """Read one web page.

    Raises:
        UnreadableError: it has no main content.
    """
    declared = _DECLARED.search(content[:_HEAD])
    html = decode(content, declared[1].decode("ascii") if declared else None)
    saved_from = _SAVED_FROM.search(html[:_HEAD])
    page = bare_extraction(
        html,
        url=saved_from[1] if saved_from else None,
        include_comments=False,
        include_formatting=True,
        favor_recall=True,
        with_metadata=True,
        # A date that the page states about itself, not any date found in its text.
        date_extraction_params={"extensive_search": False, "original_date": False},
    )
    if page is None or isinstance(page, dict) or page.body is None:
        raise UnreadableError("it has no text besides menus and the like.")
    text = MarkdownText()
    _write(page.body, text)
    return text.converted(title=page.title, source=page.sitename or page.hostname, date=page.date)


def _write(parent: _Element, text: MarkdownText) -> None:
    text.paragraph(parent.text or "")
    for child in parent:
        match child.tag:
            case "head":
                text.heading(int((child.get("rend") or "h2")[1:] or 2), _line(child))
            case "list":
                for item in child:
                    _item(item, text)
            case "table":
                _table(child, text)
            case _ if any(inner.tag in _BLOCKS for inner in child):
                _write(child, text)
            case _:
                text.paragraph(_line(child))
        text.paragraph(child.tail or "")


def _item(item: _Element, text: MarkdownText) -> None:
    lists = [inner for inner in item if inner.tag == "list"]
    text.item(_line(item, without=lists))
    for inner in lists:
        for below in inner:
            _item(below, text)


def _table(table: _Element, text: MarkdownText) -> None:
    rows = list(table.iter("row"))
    cells = [[_line(cell) for cell in row if cell.tag == "cell"] for row in rows]
    named = len(rows) > 1 and len(rows[0]) > 1 and all(cell.get("role") == "head" for cell in rows[0])
    text.table(cells[1:] if named else cells, cells[0] if named else ())


def _line(element: _Element, without: list[_Element] | None = None) -> str:
    """All text inside, a line break as a space."""
    parts = [element.text or ""]
    for child in element:
        if without is None or child not in without:
            parts += (" " if child.tag in _BLOCKS or child.tag == "lb" else "", _line(child))
        parts.append(child.tail or "")
    return "".join(parts)
