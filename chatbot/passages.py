"""Passages: the units that are embedded and retrieved, cut from documents by LangChain splitters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from langchain_text_splitters import TextSplitter
from markdown_it import MarkdownIt

from chatbot.corpus import Document
from chatbot.sentences import Span, blocks, sentences

# Neighbouring paragraphs shorter than this share a passage: a list of names is one topic.
SHORT = 200
# A heading is embedded with each passage under it; more of one would be the passage.
_LONGEST_HEADING = 300
# What Markdown takes for the end of a line (CommonMark 0.31.2, section 2.1).
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Passage:
    """A piece of a document: where it stands, the headings above it, and its sentences (document offsets)."""

    document: Document
    start: int
    end: int
    headings: tuple[str, ...]
    sentences: tuple[Span, ...]

    @property
    def id(self) -> str:
        return f"{self.document.id}:{self.start}-{self.end}"

    @property
    def text(self) -> str:
        return self.document.slice(self.start, self.end)

    @property
    def embedded_text(self) -> str:
        """What is embedded: the text under its headings, which often name what the text only calls «it»."""
        return "\n".join((*self.headings, self.text))


class ParagraphSplitter(TextSplitter):
    """A LangChain splitter whose chunks are verbatim: whole paragraphs, long ones cut between sentences.

    Short neighbours are joined. With `add_start_index` every chunk knows its offset.
    """

    def __init__(self, language: str, chunk_size: int, **options: Any) -> None:
        super().__init__(chunk_size=chunk_size, chunk_overlap=0, **options)
        self._language = language

    def split_text(self, text: str) -> list[str]:
        return [text[start:end] for start, end in self._join(self._pieces(text))]

    def _pieces(self, text: str) -> Iterator[Span]:
        for start, end in blocks(text):
            if end - start <= self._chunk_size:
                yield start, end
            else:
                yield from self._cut(text, start, end)

    def _cut(self, text: str, start: int, end: int) -> Iterator[Span]:
        """Parts of about equal length between sentences; a sentence too long for that is cut at the limit."""
        limit = self._chunk_size
        parts = -(-(end - start) // limit)
        even = (end - start) / parts
        opened = start
        last = start
        for _, offset in sentences(text[start:end], self._language):
            closed = start + offset
            if last > opened and (closed - opened > limit or last - opened >= even):
                yield opened, last
                opened = _next_word(text, last, end)
            while closed - opened > limit:
                cut = max(text.rfind(" ", opened + 1, opened + limit), opened + limit // 2)
                yield opened, cut
                opened = _next_word(text, cut, end)
            last = closed
        if opened < last:
            yield opened, last

    def _join(self, pieces: Iterator[Span]) -> list[Span]:
        joined: list[Span] = []
        for start, end in pieces:
            if joined:
                before, until = joined[-1]
                short = until - before < SHORT and end - start < SHORT
                if short and end - before <= self._chunk_size:
                    joined[-1] = (before, end)
                    continue
            joined.append((start, end))
        return joined


def split(document: Document, chunk_size: int) -> list[Passage]:
    """The passages of one document, in order; none crosses a heading."""
    splitter = ParagraphSplitter(document.language, chunk_size, add_start_index=True)
    passages: list[Passage] = []
    for start, end, headings in _sections(document.text):
        for chunk in splitter.create_documents([document.text[start:end]]):
            first = start + chunk.metadata["start_index"]
            last = first + len(chunk.page_content)
            inside = sentences(chunk.page_content, document.language)
            spans = tuple((first + opened, first + closed) for opened, closed in inside)
            passages.append(Passage(document, first, last, headings, spans))
    return passages


def _sections(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Runs of text between Markdown headings, each with the headings above it, outermost first."""
    lines = [0, *(match.end() for match in _LINE_END.finditer(text)), len(text)]
    trail: list[tuple[int, str]] = []
    opened = 0
    # Only headings are read for emphasis and links: elsewhere it is not needed, and some texts take forever.
    markdown = MarkdownIt("commonmark")
    for token, inline in pairwise(MarkdownIt("commonmark").disable("inline").parse(text)):
        if token.type != "heading_open" or token.map is None or token.level != 0:
            continue
        yield opened, lines[token.map[0]], tuple(title for _, title in trail)
        level = int(token.tag[1])
        (parsed,) = markdown.parseInline(inline.content[:_LONGEST_HEADING])
        title = "".join(child.content for child in parsed.children or ())
        trail = [*((depth, name) for depth, name in trail if depth < level), (level, title)]
        opened = lines[token.map[1]]
    yield opened, len(text), tuple(title for _, title in trail)


def _next_word(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start
