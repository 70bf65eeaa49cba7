"""A real Chromium on a real server; whatever a test does, the page asks nobody else and keeps nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from chatbot.chatbot import Chatbot, Ready
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from tests.browser.serving import CHROMIUM, chromium, serving

# Milliseconds; a busy machine takes its time.
_PATIENCE = 20_000

Serve = Callable[[Loading], AbstractContextManager[str]]
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The defaults, but for votes, which are kept apart, and limits, which would meet tests in a hurry."""
    store = tmp_path_factory.mktemp("feedback") / "feedback.sqlite3"
    changes = {"feedback": store, "rate_limit": "", "rate_limit_requests": ""}
    return settings.model_copy(update=changes)


@pytest.fixture(scope="package")
def serve(settings: Settings) -> Serve:
    """Serves a page that gets ready as the given `Loading` does; yields its address."""
    return partial(serving, settings)


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
    with chromium() as browser:
        yield browser


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
