"""The web application: FastAPI outside, the Gradio page mounted on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import FileResponse

from chatbot.language import Language
from chatbot.settings import Settings
from chatbot.web.front import STYLE_SHEET, FrontPage
from chatbot.web.loading import Loading
from chatbot.web.page import build_page, theme


def build_app(settings: Settings, loading: Loading) -> FastAPI:
    """Everything that is served. Loading starts when the application does, so the page is there first."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading.start()
        yield

    app = FastAPI(title="chatbot", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    default: Language = "da" if settings.language == "da" else "en"
    app.add_middleware(FrontPage, default=default)

    @app.get(f"/{STYLE_SHEET}", include_in_schema=False)
    def style() -> FileResponse:
        # Not by Gradio's `css` option, which rewrites selectors and breaks those with a comma inside.
        return FileResponse(Path(__file__).with_name(STYLE_SHEET), media_type="text/css")

    gr.mount_gradio_app(
        app,
        build_page(settings, loading),
        path="/",
        footer_links=[],
        # The history would keep questions in the visitor's browser.
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
    )
    return app
