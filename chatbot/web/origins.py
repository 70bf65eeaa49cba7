"""Which sites' pages may ask: this service's own, and those that the settings name."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.web.problems import ProblemResponse

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": ":80", "https": ":443"}


class KnownOrigins:
    """Middleware: a request that does something and comes from another site's page is refused.

    Browsers send `Origin` with such a request and no page can change it; whoever sends none is a program.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _READING:
            headers = Headers(scope=scope)
            origins = headers.getlist("origin")
            if origins and not all(origin in self._allowed or _is_own(origin, headers) for origin in origins):
                refused = ProblemResponse(
                    403, "Pages of this site may not ask here. Whoever runs the service can allow it."
                )
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_own(origin: str, headers: Headers) -> bool:
    """Whether the origin is the host that was asked; its scheme may differ where a proxy ends TLS."""
    scheme, _, host = origin.lower().partition("://")
    if scheme not in _PORTS:
        return False
    asked = headers.get("host", "").lower()
    return bool(host) and host.removesuffix(_PORTS[scheme]) == asked.removesuffix(_PORTS[scheme])
