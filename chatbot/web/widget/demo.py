"""The page that shows every option of the widget, live."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chatbot.phrases import demo_phrases
from chatbot.settings import Settings
from chatbot.web.accept import preferred_language
from chatbot.web.colours import colours
from chatbot.web.templates import page

# Attributes with the values there are to choose from and what each is called, the default as an empty one; none where
# anything may be written.
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "mode": {"": "floating", "inline": "inline"},
    "lang": {"": "", "da": "da", "en": "en"},
    "position": {"": "right", "left": "left"},
    "theme": {"": "", "light": "light", "dark": "dark"},
    "remember": {"": "none", "session": "session"},
    "heading": {},
    "greeting": {},
    "examples": {},
}


def demo_routes(settings: Settings) -> APIRouter:
    """The route of `/widget/demo`."""
    router = APIRouter(include_in_schema=False)

    # With the kind of field and the default.
    properties = {
        "--chat-accent": ("color", colours()["accent"].light),
        "--chat-on-accent": ("color", colours()["on-accent"].light),
        "--chat-width": ("text", "23.75em"),
    }

    @router.get("/widget/demo")
    def demo(request: Request) -> HTMLResponse:
        language = preferred_language(request.headers.get("accept-language"), settings.language)
        told = demo_phrases(language)
        return page(request, "demo.html.j2", language, demo=told, attributes=_ATTRIBUTES, properties=properties)

    return router
