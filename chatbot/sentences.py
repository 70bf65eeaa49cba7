"""Sentences, as offsets into the text they stand in."""

import re
from collections.abc import Iterator

import sentencex

Span = tuple[int, int]

# A blank line ends a paragraph; a list item, a table row or a heading opens a new block on its own line.
_BLOCK = re.compile(r"\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*+•]|\d+[.)]|\||#{1,6})[^\S\n])")

# Sentences are looked for in so many characters at a time: the search takes the square of them in the worst text.
_WINDOW = 10_000


def blocks(text: str) -> Iterator[Span]:
    """Paragraphs, list items and the like, in order, without the white space around them."""
    start = 0
    for gap in _BLOCK.finditer(text):
        yield from _trimmed(text, start, gap.start())
        start = gap.end()
    yield from _trimmed(text, start, len(text))


def sentences(text: str, language: str) -> list[Span]:
    """The sentences of `text` in order, never across a paragraph, without the white space around them.

    `language` is an ISO 639-1 code; it decides which abbreviations do not end a sentence.
    """
    found: list[Span] = []
    for start, end in blocks(text):
        position = start
        while position < end:
            window = text[position : min(position + _WINDOW, end)]
            pieces = sentencex.segment(language, window)
            if position + len(window) < end and len(pieces) > 1:
                # The last one may go on beyond the window: the next window begins with it.
                pieces = pieces[:-1]
            reached = position
            for piece in pieces:
                # The pieces tile the window, so their lengths alone place them.
                found.extend(_trimmed(text, position, min(position + len(piece), end)))
                position += len(piece)
            if position == reached:
                found.extend(_trimmed(text, position, end))
                break
    return found


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if start < end:
        yield start, end
