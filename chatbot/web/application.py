"""The web application: FastAPI outside, with the rules of the house; the Gradio page mounted on it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chatbot.settings import Settings
from chatbot.web.api import Api, api_router
from chatbot.web.asking import Asking
from chatbot.web.assets import assets
from chatbot.web.body import ShortBodies
from chatbot.web.documents import pages
from chatbot.web.front import FrontPage
from chatbot.web.gradio_door import GradioDoor
from chatbot.web.gradio_endpoint import offer
from chatbot.web.headers import SecurityHeaders
from chatbot.web.limits import Limited, Limits
from chatbot.web.loading import Loading
from chatbot.web.metrics import Metrics
from chatbot.web.observed import Observed
from chatbot.web.origins import KnownOrigins
from chatbot.web.page import build_page, theme
from chatbot.web.probes import probes
from chatbot.web.problems import describe_problems, handle_problems
from chatbot.web.widget.demo import demo_routes
from chatbot.web.widget.routes import widget_routes


def build_app(settings: Settings, loading: Loading) -> FastAPI:
    """Everything that is served. Loading starts when the application does, so the page is there first."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading.start()
        yield
        loading.stop()

    metrics, limits = Metrics(), Limits(settings)
    asking = Asking(settings, loading, metrics)
    app = FastAPI(
        title="Ask the documents",
        summary="Answers questions from documents, each with the exact sentence as its source.",
        version=version("chatbot"),
        lifespan=lifespan,
        middleware=_rules(settings, limits, metrics),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    handle_problems(app)
    api = Api(settings, asking, metrics)
    app.include_router(api_router(api, asking))
    app.include_router(probes(asking, metrics))
    describe_problems(app)

    app.include_router(assets())
    app.include_router(pages(settings, loading))
    app.include_router(widget_routes(settings))
    app.include_router(demo_routes(settings))

    page = build_page(settings, asking)
    offer(api, page)
    _mount(app, page, limits)
    return app


def _rules(settings: Settings, limits: Limits, metrics: Metrics) -> Sequence[Middleware]:
    """What every request passes, in this order, the page's own included."""
    allowed = settings.allowed_origins.split()
    return (
        Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies),
        Middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors),
        Middleware(Observed, metrics=metrics),
        # Gradio answers for origins itself, and to all of them, unless it finds this class here.
        Middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=("GET", "POST"),
            allow_headers=("Content-Type", "X-Request-ID"),
            expose_headers=("Retry-After", "X-Request-ID"),
        ),
        Middleware(KnownOrigins, allowed=allowed),
        Middleware(Limited, limits=limits),
        Middleware(ShortBodies),
        Middleware(FrontPage, default=settings.language),
    )


def _mount(app: FastAPI, page: Any, limits: Limits) -> None:
    """Put the Gradio page at `/`, behind its door."""
    own = list(app.routes)
    gr.mount_gradio_app(
        app,
        page,
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
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount)  # noqa: S101 - that is what mounting does
    app.state.gradio = mounted.app
    mounted.app = GradioDoor(mounted.app, own, page.fns, limits)
