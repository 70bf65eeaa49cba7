"""What of Gradio is open: the files of the page, and asking through its queue."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from chatbot.web.body import replayed
from chatbot.web.limits import Limits
from chatbot.web.page import FREE
from chatbot.web.problems import ProblemResponse

_SESSION = r"[A-Za-z0-9-]{8,64}"
_JOIN = "/gradio_api/queue/join"
_OPEN = (
    ("GET", re.compile(r"/|/config|/theme\.css|/favicon\.ico|/(?:assets|static)(?:/[\w-][\w.-]*)+")),
    ("GET", re.compile(rf"/gradio_api/(?:info|queue/data|heartbeat/{_SESSION})")),
    ("POST", re.compile(_JOIN)),
)


class Join(BaseModel):
    """A call that is put into Gradio's queue; everything else Gradio would take is dropped."""

    fn_index: Annotated[int, Field(ge=0, strict=True)]
    session_hash: Annotated[str, StringConstraints(pattern=rf"^{_SESSION}$")]
    data: Annotated[list[Any], Field(max_length=10)]
    event_data: Any = None
    trigger_id: int | None = None


class GradioDoor:
    """Stands before the mounted Gradio application and lets in what the page needs, and nothing else.

    Args:
        gradio: the mounted application.
        own: the routes that the surrounding application serves itself.
        functions: those of the page, as Gradio's Blocks have them.
        limits: what calls are counted by.
    """

    def __init__(
        self, gradio: ASGIApp, own: Collection[BaseRoute], functions: Mapping[int, Any], limits: Limits
    ) -> None:
        self._gradio = gradio
        self._own = own
        self._functions = functions
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        elif not any(scope["method"] == method and path.fullmatch(scope["path"]) for method, path in _OPEN):
            await self._closed(scope)(scope, receive, send)
        elif scope["path"] == _JOIN:
            await self._join(scope, receive, send)
        else:
            await self._gradio(scope, receive, send)

    def _closed(self, scope: Scope) -> ProblemResponse:
        methods = {method for method, path in _OPEN if path.fullmatch(scope["path"])}
        methods |= {method for method in ("GET", "HEAD", "POST") if self._serves({**scope, "method": method})}
        if methods:
            allow = ", ".join(sorted(methods))
            return ProblemResponse(405, f"This address takes {allow}.", headers={"Allow": allow})
        return ProblemResponse(404, "There is nothing at this address.")

    def _serves(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in self._own)

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            join = Join.model_validate_json(await Request(scope, receive).body())
        except ValidationError:
            await ProblemResponse(422, "This is no call that the page makes.")(scope, receive, send)
            return
        function = self._functions.get(join.fn_index)
        if function is None or len(function.inputs) != len(join.data):
            await ProblemResponse(422, "The page has no such function.")(scope, receive, send)
            return
        if function.name not in FREE:
            refusal = await self._limits.on_asking(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        body = json.dumps(join.model_dump()).encode()
        headers = MutableHeaders(raw=list(scope["headers"]))
        headers["content-length"] = str(len(body))
        headers["content-type"] = "application/json"
        await self._gradio({**scope, "headers": headers.raw}, replayed(body, receive), send)
