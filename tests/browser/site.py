"""Somebody else's site, at an origin of its own, whose pages show the widget."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "<p>The town hall is open from nine to three. Applications that arrive before noon are dealt with at once.</p>"


class Site:
    """Pages by their path, each under a content security policy that allows the service and nothing else."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.service = ""
        self._pages: dict[str, tuple[str, str]] = {}

    @property
    def policy(self) -> str:
        service = self.service.rstrip("/")
        return (
            f"default-src 'none'; script-src {service}; connect-src {service}; style-src 'self'; img-src data:; "
            "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def page(self, body: str = "", *, script: str | None = None, language: str = "en", style: str = "") -> str:
        """The address of a page with the widget's script in it."""
        script = f'<script async src="{self.service}widget.js"></script>' if script is None else script
        self._pages["/style.css"] = ("text/css", style)
        self._pages["/"] = (
            "text/html",
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Town hall</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'<link rel="stylesheet" href="style.css"></head><body><main><h1>Town hall</h1>{TEXT * 3}{body}</main>'
            f"{script}</body></html>",
        )
        return f"{self.origin}/"

    def found(self, path: str) -> tuple[str, str] | None:
        return self._pages.get(path)


@contextmanager
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, content = served.found(self.path) or ("", "")
            self.send_response(200 if media_type else 404)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.send_header("Content-Security-Policy", served.policy)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
