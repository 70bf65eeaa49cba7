"""Request bodies: short, and sent without dawdling."""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.problems import ProblemResponse

MAX_BODY = 128 * 1024  # bytes
_PATIENCE = 10.0  # seconds


class ShortBodies:
    """Middleware that reads a body whole before anything is done with it, up to a size and for a time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(_read(Request(scope, receive)), _PATIENCE)
        except TimeoutError:
            await ProblemResponse(408, "The request took too long to arrive.")(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            if body is None:
                detail = f"The request is longer than {MAX_BODY // 1024} KiB."
                await ProblemResponse(413, detail, headers={"Connection": "close"})(scope, receive, send)
            else:
                await self._app(scope, replayed(body, receive), send)


def replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` with a body that has been read already; what comes after it is still received."""
    unread = True

    async def receiving() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return receiving


async def _read(request: Request) -> bytes | None:
    """The body, or None where it is too long."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)
