"""Security headers: what a browser may do with what it gets from here."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# `{nonce}` is filled in by the page for its own scripts. Gradio compiles its templates in the browser, which takes
# 'unsafe-eval', and its components bring their styles inline.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'self'; form-action 'self'"
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": _POLICY,
}
_FRAMES = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
_ONE_YEAR = 31_536_000  # seconds


class SecurityHeaders:
    """Middleware. A response that brings a header of its own keeps it, but who may frame it is decided here."""

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        self._app = app
        self._ancestors = frame_ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["Content-Security-Policy"] += f"; frame-ancestors {self._ancestors}"
                if self._ancestors in _FRAMES:
                    headers["X-Frame-Options"] = _FRAMES[self._ancestors]
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                # Nothing here knows a visitor again.
                del headers["Set-Cookie"]
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)
