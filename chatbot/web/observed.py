"""What each request leaves behind: an id, a line in the log, a count; an error nobody expected becomes a problem."""

import logging
import re
import uuid
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.loading import log_failure
from chatbot.web.metrics import Metrics
from chatbot.web.problems import internal

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

logger = logging.getLogger(__name__)


class Observed:
    """Middleware. The log tells method, route, status, time and id of a request; never its address, text or sender."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        identity = given if _ID.fullmatch(given) else uuid.uuid4().hex
        status = 0

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identity
            await send(message)

        started = perf_counter()
        try:
            await self._app(scope, receive, identified)
        except Exception:  # noqa: BLE001 - the last one who can turn it into an answer
            reference = log_failure(f"Request {identity} failed")
            if not status:
                await internal(reference)(scope, receive, identified)
        finally:
            self._note(scope, identity, status, (perf_counter() - started) * 1000)

    def _note(self, scope: Scope, identity: str, status: int, milliseconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        # The route's template: what stands in an address may be somebody's words.
        route = getattr(scope.get("route"), "path", None) or "-"
        self._metrics.requested(method, route, status)
        # The page is made of dozens of files, which say nothing as long as they are found.
        level = logging.DEBUG if "{path:path}" in route and status < 400 else logging.INFO
        what = {"method": method, "route": route, "status": status, "ms": round(milliseconds, 1), "id": identity}
        logger.log(level, "request", extra=what)
