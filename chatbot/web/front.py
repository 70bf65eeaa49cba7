"""Gradio's HTML as this service serves it: in the visitor's language, under its own name, naming nobody else."""

import json
import re
import secrets
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.language import LANGUAGES, Language
from chatbot.phrases import phrases
from chatbot.web.accept import preferred_language
from chatbot.web.assets import SCRIPT, STYLE_SHEETS
from chatbot.web.headers import PAGE_POLICY

_SHARING = re.compile(r'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')
_SCRIPT = re.compile(r"<script(?=[\s>])")
_LANGUAGE = re.compile(r'<html\s+lang="en"')


class FrontPage:
    """Middleware that rewrites the HTML of the page at `/` and leaves everything else alone."""

    def __init__(self, app: ASGIApp, default: Language) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        language = preferred_language(Headers(scope=scope).get("accept-language"), self._default)
        # The page is small, and compressed it could not be rewritten.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    body = self._rewritten(start, body, language)
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": headers}, receive, collect)

    def _rewritten(self, start: Message, body: bytes, language: Language) -> bytes:
        """The new body; the headers in `start` are made to fit it."""
        headers = MutableHeaders(scope=start)
        if not headers.get("content-type", "").startswith("text/html"):
            return body
        nonce = secrets.token_urlsafe(16)
        # Those that stand in the HTML are known, so that the page's policy may refuse every other.
        body = _SCRIPT.sub(f'<script nonce="{nonce}"', rewrite(body.decode("utf-8"), language)).encode("utf-8")
        headers["content-security-policy"] = PAGE_POLICY.format(nonce=nonce)
        headers["cache-control"] = "no-cache"
        headers["content-length"] = str(len(body))
        headers["content-language"] = language
        headers["vary"] = "Accept-Language"
        return body


def rewrite(html: str, language: Language) -> str:
    """Set language, title and style, and drop what tells other sites how to present a Gradio demonstration."""
    html = _SHARING.sub("", html)
    html = _LANGUAGE.sub(f'<html lang="{language}"', html, count=1)
    says = phrases(language)
    styles = "".join(f'<link rel="stylesheet" href="./{name}">' for name in STYLE_SHEETS)
    told = escape(json.dumps({known: _when_broken(known) for known in LANGUAGES}, ensure_ascii=False))
    # The script comes before Gradio's, whose requests it looks after.
    script = f'<script src="./{SCRIPT}" data-says="{told}"></script>'
    own = f"<title>{escape(says.title)}</title>{styles}{script}"
    without_scripts = (
        f'<noscript><p>{escape(says.needs_scripts)} <a href="./about">{escape(says.about)}</a></p></noscript>'
    )
    return html.replace("</head>", f"{own}</head>", 1).replace("</body>", f"{without_scripts}</body>", 1)


def _when_broken(language: Language) -> dict[str, str]:
    says = phrases(language)
    return {"broken": says.broken, "busy": says.busy, "failure": says.failure, "again": says.try_again}
