"""The style sheets and the script that belong to the pages, as files of their own."""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

# Not by Gradio's `css` option, which rewrites selectors and breaks those with a comma inside.
STYLE_SHEETS = ("colours.css", "style.css")
SCRIPT = "connection.js"
_TYPES = {"colours.css": "text/css", "style.css": "text/css", "document.css": "text/css", SCRIPT: "text/javascript"}


def assets() -> APIRouter:
    """The routes of the files."""
    router = APIRouter(include_in_schema=False)
    for name, media_type in _TYPES.items():
        router.add_api_route(f"/{name}", _serve(name, media_type))
    return router


def _serve(name: str, media_type: str) -> Callable[[], FileResponse]:
    def serve() -> FileResponse:
        return FileResponse(Path(__file__).with_name(name), media_type=media_type)

    return serve
