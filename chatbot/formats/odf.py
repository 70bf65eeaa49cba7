"""OpenDocument (.odt, .odp, .ods): its XML read directly; headings, lists, tables, and slides as pages."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from lxml import etree

from chatbot.formats.archive import open_archive
from chatbot.formats.converted import Converted, UnreadableError, stated_title
from chatbot.formats.markdown import MarkdownText

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_PREFIXES = {namespace: prefix for prefix, namespace in _NAMES.items()}
# A spreadsheet says "this row 1,048,000 times" for the empty rest of a sheet.
_MOST_REPEATED = 50


def convert(content: bytes) -> Converted:
    """Read one OpenDocument file.

    Raises:
        UnreadableError: it is protected, damaged, too large unpacked, or has no text.
    """
    with open_archive(content) as archive:
        if _parse(archive, "META-INF/manifest.xml").find(".//manifest:encryption-data", _NAMES) is not None:
            raise UnreadableError("it is protected by a password. Save a copy without one.")
        body = _parse(archive, "content.xml").find("office:body", _NAMES)
        about = _parse(archive, "meta.xml")
    text = MarkdownText()
    if body is not None:
        _write(body, text)
    dated = about.findtext(".//dc:date", None, _NAMES) or about.findtext(".//meta:creation-date", "", _NAMES)
    return text.converted(title=stated_title(about.findtext(".//dc:title", None, _NAMES)), date=dated[:10] or None)


def _parse(archive: Any, name: str) -> Any:
    """A part of the archive; an empty element where it is missing. No entity is resolved, no address fetched."""
    if name not in archive.namelist():
        return etree.Element("missing")
    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))


def _write(elements: Iterable[Any], text: MarkdownText) -> None:
    for element in elements:
        match _short(element):
            case "text:h":
                text.heading(int(element.get(_name("text", "outline-level"), "1")), _line(element))
            case "text:p":
                text.paragraph(_line(element))
                _write(chain.from_iterable(element.iter(_name("draw", "text-box"))), text)
            case "text:list":
                for line in element.iter(_name("text", "p"), _name("text", "h")):
                    text.item(_line(line))
            case "table:table":
                _table(element, text)
            case "draw:page":
                text.page()
                _write(element, text)
            case "draw:frame" if element.get(_name("presentation", "class")) == "title":
                text.heading(2, _line(element))
            case "presentation:notes" | "text:table-of-content" | "text:tracked-changes":
                pass
            case _:
                _write(element, text)


def _table(table: Any, text: MarkdownText) -> None:
    rows = [[*_cells(row)] for row in table.iter(_name("table", "table-row"))]
    if table.getparent().tag == _name("office", "spreadsheet"):
        text.heading(2, table.get(_name("table", "name"), ""))
    text.sheet([row for row in rows if any(row)])


def _cells(row: Any) -> Iterator[str]:
    for cell in row.iter(_name("table", "table-cell"), _name("table", "covered-table-cell")):
        repeated = int(cell.get(_name("table", "number-columns-repeated"), "1"))
        words = " ".join(_line(line) for line in cell.iter(_name("text", "p"), _name("text", "h")))
        yield from [words] * min(repeated, _MOST_REPEATED)


def _line(element: Any) -> str:
    """All text inside but that of text boxes and notes, with spaces and line breaks as ODF writes them."""
    parts = [element.text or ""]
    for child in element:
        match _short(child):
            case "text:s" | "text:tab" | "text:line-break":
                parts.append(" ")
            case "office:annotation" | "text:note":
                pass
            case "draw:frame" if _short(element) == "text:p":
                pass
            case _ if isinstance(child.tag, str):
                parts.append(_line(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _name(prefix: str, name: str) -> str:
    return f"{{{_NAMES[prefix]}}}{name}"


def _short(element: Any) -> str:
    """The element's name with the usual prefix; empty for comments and names of other vocabularies."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return f"{_PREFIXES.get(name.namespace, '')}:{name.localname}"
