"""The style sheets and scripts that belong to the pages, as files of their own."""

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

# Not by Gradio's `css` option, which rewrites selectors and breaks those with a comma inside.
STYLE_SHEETS = ("colours.css", "style.css")
SCRIPT = "connection.js"
_FILES = (*STYLE_SHEETS, SCRIPT, "document.css", "widget/demo.css", "widget/demo.js")
_TYPES = {".css": "text/css", ".js": "text/javascript"}


def assets() -> APIRouter:
    """The routes of the files."""
    router = APIRouter(include_in_schema=False)
    for name in _FILES:
        router.add_api_route(f"/{name}", _serve(Path(__file__).parent / name))
    return router


def _serve(file: Path) -> Callable[[], FileResponse]:
    return lambda: FileResponse(file, media_type=_TYPES[file.suffix])
