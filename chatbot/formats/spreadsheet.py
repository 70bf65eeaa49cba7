"""Excel (.xlsx) and CSV: each row one item that names its columns, so that a row can be quoted alone."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

import openpyxl

from chatbot.formats.archive import open_archive
from chatbot.formats.converted import MAX_CHARACTERS, Converted, stated_date, stated_title, too_long
from chatbot.formats.encoding import decode
from chatbot.formats.markdown import MarkdownText

_SAMPLE = 8192


def convert_xlsx(content: bytes) -> Converted:
    """Read the sheets that are shown, with the values that formulas last had.

    Raises:
        UnreadableError: the file is protected, damaged, too large unpacked, or has no text.
    """
    open_archive(content).close()
    workbook = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    text = MarkdownText()
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            text.heading(2, sheet.title)
            # The size a sheet declares may be wrong in either direction.
            sheet.reset_dimensions()
            text.sheet(_bounded([_shown(cell) for cell in row] for row in sheet.iter_rows(values_only=True)))
    told = workbook.properties
    return text.converted(title=stated_title(told.title), date=stated_date(told))


def convert_csv(content: bytes) -> Converted:
    """Read a table of values between commas, semicolons, tabs or bars.

    Raises:
        UnreadableError: its encoding cannot be told, or it has no text.
    """
    decoded = decode(content)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(decoded[:_SAMPLE], delimiters=";,\t|")
    except csv.Error:
        dialect = csv.excel
    text = MarkdownText()
    text.sheet(_bounded(csv.reader(StringIO(decoded, newline=""), dialect)))
    return text.converted()


def _bounded(rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """The rows with something in them, without empty cells at their ends."""
    kept: list[Sequence[str]] = []
    length = 0
    for row in rows:
        filled = len(row)
        while filled and not row[filled - 1].strip():
            filled -= 1
        if filled:
            kept.append(row[:filled])
            length += sum(map(len, row))
        if length > MAX_CHARACTERS:
            raise too_long()
    return kept


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
