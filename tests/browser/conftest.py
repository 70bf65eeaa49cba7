"""A real Chromium on a real server; whatever a test does, the page asks nobody else and keeps nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from chatbot.chatbot import Chatbot, Ready
from chatbot.settings import Settings
from chatbot.web.loading import Loading

CHROMIUM = Path("/usr/bin/chromium")
# No sandbox as root; the rest keeps Chromium itself from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Milliseconds; a busy machine takes its time.
_PATIENCE = 20_000

Serve = Callable[[Loading], AbstractContextManager[str]]
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def serve(settings: Settings) -> Serve:
    """Serves a page that gets ready as the given `Loading` does; yields its address."""
    import uvicorn

    from chatbot.web.application import build_app
    from chatbot.web.server import listener

    @contextmanager
    def serving(loading: Loading) -> Iterator[str]:
        config = uvicorn.Config(build_app(settings, loading), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        with listener("127.0.0.1", 0) as listening:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            until = monotonic() + 30
            while not server.started and monotonic() < until:
                sleep(0.02)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
            server.should_exit = True
            thread.join(10)

    return serving


@pytest.fixture(scope="package")
def address(serve: Serve, chatbot: Chatbot) -> Iterator[str]:
    """Where the page of the shared chatbot is served."""
    with serve(Loading(lambda _: Ready(chatbot, ()))) as served:
        yield served


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM}; on Debian: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE)
    # The package's scope, not the session's: while it runs, no other test can run an event loop.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page for a new visitor, English unless said otherwise; afterwards nothing may have leaked."""
    pages: list[Page] = []
    requested: list[str] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def open_(url: str = address, **visitor: Any) -> Page:
        page = browser.new_context(**{"locale": "en-GB", **visitor}).new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(url)
        expect(page.locator("header h1")).to_be_visible()
        pages.append(page)
        return page

    yield open_
    for page in pages:
        kept = page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
        databases = page.evaluate("indexedDB.databases()")
        cookies = page.context.cookies()
        page.context.close()
        assert (kept, databases, cookies) == (["", 0, 0], [], [])
    assert {urlsplit(url).hostname for url in requested if urlsplit(url).scheme not in ("data", "blob")} <= {
        "127.0.0.1"
    }
    assert complaints == []
