"""A document's Markdown as HTML, with one stretch of its source marked.

Markdown is parsed, never trusted: HTML in it is text, and links lead to http and https addresses only.
"""

import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from chatbot.sentences import Span
from chatbot.web.templates import shown, visible

_ADDRESS = re.compile(r"https?://[^/\s]", re.IGNORECASE)
# What stands between a link's words and what follows it: `](address "title")` or `][name]`.
_LINK_END = re.compile(r"\](?:\((?:[^()\\]|\\.|\([^()]*\))*\)|\[[^\]]*\])?")


def document_html(text: str, marked: Span | None = None) -> str:
    """Markdown as HTML, headings one level down.

    Args:
        text: the Markdown.
        marked: characters of `text` to put into `<mark>`, the first of them with the id `quote`.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Escapes and entities stay tokens of their own, so that every other text token is verbatim source.
    parser.disable("text_join")
    parser.validateLink = lambda url: bool(_ADDRESS.match(url))  # type: ignore[method-assign]
    return _Marking(text, marked or (0, 0)).render(parser.parse(text), parser.options, {})


class _Marking(RendererHTML):
    """Writes tokens in the order of the source and so knows where in it each text stands."""

    def __init__(self, source: str, marked: Span) -> None:
        super().__init__()
        self._source = source
        self._marked = marked
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._position = 0
        self._named = False

    def render(self, tokens: Sequence[Token], options: Any, env: MutableMapping[str, Any]) -> str:
        html = []
        for token in tokens:
            if token.map and token.nesting >= 0 and token.map[0] < len(self._lines):
                self._position = max(self._position, self._lines[token.map[0]])
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
            # The alignment of table cells, as inline style.
            token.attrs.pop("style", None)
            html.append(super().render([token], options, env))
        return "".join(html)

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._text(tokens[idx].content)

    def text_special(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._text(tokens[idx].content, tokens[idx].markup)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{self._text(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        # Line by line: their indentation is no part of them.
        lines = tokens[idx].content.splitlines(keepends=True)
        # A box that scrolls has to be reached by keyboard.
        return f'<pre tabindex="0"><code>{"".join(map(self._text, lines))}</code></pre>\n'

    fence = code_block

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        # Nothing is fetched from elsewhere, so the words that describe it stand for it.
        words = self.renderInline(tokens[idx].children or [], options, env)
        self._pass_link()
        return words

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrs = {"href": visible(str(tokens[idx].attrs["href"])), "rel": "noopener"}
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        self._pass_link()
        return "</a>"

    def _pass_link(self) -> None:
        end = _LINK_END.match(self._source, self._position)
        if end:
            self._position = end.end()

    def _text(self, content: str, written: str | None = None) -> str:
        """The content as HTML, marked as far as it is; `written` is how the source spells it."""
        spelled = written or content
        start = self._source.find(spelled, self._position)
        if start < 0 or not content:
            return shown(content)
        self._position = start + len(spelled)
        left, right = (min(max(place - start, 0), len(spelled)) for place in self._marked)
        if left == right:
            return shown(content)
        if written:
            left, right = 0, len(content)
        name = "" if self._named else ' id="quote" tabindex="-1"'
        self._named = True
        return f"{shown(content[:left])}<mark{name}>{shown(content[left:right])}</mark>{shown(content[right:])}"
