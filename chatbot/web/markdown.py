"""A document's Markdown as HTML, with one stretch of its source marked.

Markdown is parsed, never trusted: HTML in it is text, and links lead to http and https addresses only.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatbot.sentences import Span
from chatbot.web.escaping import shown

_ADDRESS = re.compile(r"https?://[^/\s]", re.IGNORECASE)
# What stands between a link's words and what follows it: `](address "title")` or `][name]`.
_LINK_END = re.compile(r"\](?:\((?:[^()\\]|\\.|\([^()]*\))*\)|\[[^\]]*\])?")


def document_html(text: str, marked: Span | None = None) -> str:
    """The Markdown `text` as HTML, headings one level down.

    Args:
        marked: characters of `text` to put into `<mark>`, the first of them with the id `quote`.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Escapes and entities stay tokens of their own, so that every other text token is verbatim source.
    parser.disable("text_join")
    parser.validateLink = lambda url: bool(_ADDRESS.match(url))  # type: ignore[method-assign]
    return "".join(_Writer(text, marked).written(parser.parse(text)))


class _Writer:
    """Writes tokens in the order of the source and so knows where in it each text stands."""

    def __init__(self, source: str, marked: Span | None) -> None:
        self._source = source
        self._marked = marked or (0, 0)
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._position = 0
        self._named = False

    def written(self, tokens: Sequence[Token]) -> Iterator[str]:
        for token in tokens:
            if token.map and token.nesting >= 0 and token.map[0] < len(self._lines):
                self._position = max(self._position, self._lines[token.map[0]])
            match token.type:
                case "inline":
                    yield from self.written(token.children or ())
                case "text":
                    yield self._text(token.content)
                case "text_special":
                    yield self._text(token.content, token.markup)
                case "softbreak":
                    yield "\n"
                case "hardbreak":
                    yield "<br>\n"
                case "hr":
                    yield "<hr>\n"
                case "code_inline":
                    yield f"<code>{self._text(token.content)}</code>"
                case "fence" | "code_block":
                    lines = token.content.splitlines(keepends=True)
                    yield f"<pre><code>{''.join(map(self._text, lines))}</code></pre>\n"
                case "image":
                    # Nothing is fetched from elsewhere, so the words that describe it stand for it.
                    yield from self.written(token.children or ())
                    self._pass_link()
                case "link_open":
                    yield f'<a href="{escape(str(token.attrs["href"]))}" rel="noopener">'
                case "link_close":
                    yield "</a>"
                    self._pass_link()
                case "heading_open" | "heading_close":
                    level = min(int(token.tag[1]) + 1, 6)
                    yield f"<h{level}>" if token.nesting > 0 else f"</h{level}>\n"
                case _ if not token.hidden:
                    yield self._tag(token)

    def _tag(self, token: Token) -> str:
        start = token.attrs.get("start")
        attributes = f' start="{start}"' if start is not None else ""
        end = "\n" if token.block else ""
        return f"</{token.tag}>{end}" if token.nesting < 0 else f"<{token.tag}{attributes}>"

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
