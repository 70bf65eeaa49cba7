"""The page that shows every option of the widget, live."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from chatbot.phrases import demo_phrases, phrases
from chatbot.settings import Settings
from chatbot.web.accept import preferred_language
from chatbot.web.colours import colours

# Attributes with the values there are to choose from, the default as an empty one; none where anything may be written.
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "mode": ("", "inline"),
    "lang": ("", "da", "en"),
    "position": ("", "left"),
    "theme": ("", "light", "dark"),
    "remember": ("", "session"),
    "heading": (),
    "greeting": (),
    "examples": (),
}
_DEFAULTS = {"mode": "floating", "lang": "", "position": "right", "theme": "", "remember": "none"}


def demo_routes(settings: Settings) -> APIRouter:
    """The routes of `/widget/demo`."""
    router = APIRouter(prefix="/widget", include_in_schema=False)
    templates = Environment(
        loader=PackageLoader("chatbot.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    # With the kind of field and the default.
    properties = {
        "--chat-accent": ("color", colours()["accent"].light),
        "--chat-on-accent": ("color", colours()["on-accent"].light),
        "--chat-width": ("text", "23.75em"),
    }

    @router.get("/demo")
    def demo(request: Request) -> HTMLResponse:
        language = preferred_language(request.headers.get("accept-language"), settings.language)
        html = templates.get_template("demo.html.j2").render(
            language=language,
            says=phrases(language),
            demo=demo_phrases(language),
            root=request.scope.get("root_path", ""),
            attributes=_ATTRIBUTES,
            default_choice=_DEFAULTS,
            properties=properties,
        )
        return HTMLResponse(html, headers={"Content-Language": language, "Vary": "Accept-Language"})

    @router.get("/demo.js")
    def script() -> FileResponse:
        return FileResponse(Path(__file__).with_name("demo.js"), media_type="text/javascript")

    @router.get("/demo.css")
    def style() -> FileResponse:
        return FileResponse(Path(__file__).with_name("demo.css"), media_type="text/css")

    return router
