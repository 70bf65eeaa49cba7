"""How much one client, and all of them together, may ask for."""

import math
import re
import time
from collections import Counter
from ipaddress import IPv6Address, IPv6Network, ip_address

from limits import RateLimitItem, parse_many
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.settings import Settings
from chatbot.web.problems import ProblemResponse

# Requests that are open at the same time; every open page holds two.
_OPEN, _OPEN_PER_CLIENT = 2000, 200

_ASKS = frozenset({"/api/ask", "/api/ask/stream", "/api/feedback"})
_FILES = re.compile(r"/(?:assets|static)/.*|/[\w-]+\.(?:css|js|ico)")


class Limits:
    """Counts by client: by address, or by network of 64 bits for IPv6, where a client has many addresses."""

    def __init__(self, settings: Settings) -> None:
        storage = storage_from_string(settings.rate_limit_storage)
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._asking = _parsed(settings.rate_limit)
        self._asking_from_site = _parsed(settings.rate_limit_site)
        self._sites = frozenset(settings.allowed_origins.split())
        self._asking_in_total = _parsed(settings.rate_limit_total)
        self._requesting = _parsed(settings.rate_limit_requests)

    async def on_asking(self, scope: Scope) -> ProblemResponse | None:
        """Count a question; a refusal where it is one too many."""
        wait = await self._hit(self._asking, "ask", client(scope))
        site = Headers(scope=scope).get("origin")
        if not wait and site in self._sites:
            wait = await self._hit(self._asking_from_site, "site", site)
        if wait:
            return _too_many(wait)
        wait = await self._hit(self._asking_in_total, "ask")
        return _very_busy(wait) if wait else None

    async def on_request(self, scope: Scope) -> ProblemResponse | None:
        """Count a request of any kind; a refusal where it is one too many."""
        wait = await self._hit(self._requesting, "request", client(scope))
        return _too_many(wait) if wait else None

    async def _hit(self, rates: list[RateLimitItem], *identifiers: str) -> int:
        """Count once; the seconds to wait where any of the rates is used up, or 0."""
        for rate in rates:
            if not await self._limiter.hit(rate, *identifiers):
                stats = await self._limiter.get_window_stats(rate, *identifiers)
                return max(1, math.ceil(stats.reset_time - time.time()))
        return 0


class Limited:
    """Middleware that keeps to the limits, and to how many requests may be open at the same time."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _FILES.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        who = client(scope)
        refusal = self._too_many_open(who) or await self._limits.on_request(scope)
        if refusal is None and scope["method"] == "POST" and scope["path"] in _ASKS:
            refusal = await self._limits.on_asking(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._open[who] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    def _too_many_open(self, who: str) -> ProblemResponse | None:
        if self._open[who] >= _OPEN_PER_CLIENT:
            return _too_many(30)
        if self._open.total() >= _OPEN:
            return _very_busy(30)
        return None


def client(scope: Scope) -> str:
    """Who is asking, as far as limits are concerned."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return str(address)


def _parsed(rates: str) -> list[RateLimitItem]:
    return parse_many(rates) if rates else []


def _too_many(wait: int) -> ProblemResponse:
    return ProblemResponse(429, f"That was a lot at once. Please try again in {wait} seconds.", retry_after=wait)


def _very_busy(wait: int) -> ProblemResponse:
    return ProblemResponse(503, "The service is very busy. Please try again later.", retry_after=wait)
