"""Where the widget's script is found: at its name, and at an address that changes with its content."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chatbot.settings import Settings
from chatbot.web.widget.script import WidgetScript, widget_script

# Any page may load the script, whoever may ask with it.
_PUBLIC = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_CURRENT = "public, max-age=300"
_FOREVER = "public, max-age=31536000, immutable"


def widget_routes(settings: Settings) -> APIRouter:
    """The routes of the script."""
    router = APIRouter(include_in_schema=False)
    script = widget_script(settings)

    @router.api_route("/widget.js", methods=["GET", "HEAD"])
    def current(request: Request) -> Response:
        return _served(request, script, _CURRENT)

    @router.api_route("/widget-{version}.js", methods=["GET", "HEAD"])
    def versioned(request: Request, version: str) -> Response:
        if request.url.path.endswith(f"/{script.name}"):
            return _served(request, script, _FOREVER)
        # Of another version: a page that insists on its content refuses what it gets, the others go on working.
        return RedirectResponse("widget.js", 307, {**_PUBLIC, "Cache-Control": "no-store"})

    return router


def _served(request: Request, script: WidgetScript, cache: str) -> Response:
    compressed = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{script.name}{".gz" if compressed else ""}"'
    headers = {**_PUBLIC, "ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if compressed:
        headers["Content-Encoding"] = "gzip"
    content = script.compressed if compressed else script.content
    return Response(content, media_type="text/javascript", headers=headers)
