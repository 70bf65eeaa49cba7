"""PowerPoint (.pptx): a page a slide, under the slide's title; text boxes, tables and speaker notes."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pptx

from chatbot.formats.archive import open_archive
from chatbot.formats.converted import Converted, stated_date, stated_title
from chatbot.formats.markdown import MarkdownText


def convert(content: bytes) -> Converted:
    """Read one presentation.

    Raises:
        UnreadableError: it is protected, damaged, too large unpacked, or has no text.
    """
    open_archive(content).close()
    presentation = pptx.Presentation(BytesIO(content))
    text = MarkdownText()
    for slide in presentation.slides:
        text.page()
        title = slide.shapes.title
        text.heading(2, title.text_frame.text if title is not None else "")
        _write((shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id), text)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
                text.paragraph(paragraph.text)
    told = presentation.core_properties
    return text.converted(title=stated_title(told.title), date=stated_date(told))


def _write(shapes: Iterable[Any], text: MarkdownText) -> None:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            _write(shape.shapes, text)
        elif shape.has_text_frame:
            lines = [paragraph.text for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
            for line in lines:
                (text.item if len(lines) > 1 else text.paragraph)(line)
        elif shape.has_table:
            text.sheet([[cell.text for cell in row.cells] for row in shape.table.rows])
