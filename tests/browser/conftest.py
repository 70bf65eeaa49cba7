"""A real Chromium on a real server; whatever a test does, the page asks nobody else and keeps nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from chatbot.chatbot import Chatbot
from chatbot.corpus import Corpus, Document
from chatbot.indexing import open_index
from chatbot.opening import Ready
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from tests.browser.serving import CHROMIUM, chromium, serving

# Milliseconds; a busy machine takes its time.
_PATIENCE = 20_000

HOSTILE_TITLE = "<img src=x onerror=alert(1)> {{7+7}}"
_HOSTILE = (
    "There live 17 zebras in the palace garden <script>alert(1)</script> <img src=x onerror=alert(2)> "
    "{{7+7}} ${7+7} [a](javascript:alert(3)) with \u202etheir\u202c\U000e0041 keeper."
)
HOSTILE_SHOWN = (
    "There live 17 zebras in the palace garden <script>alert(1)</script> <img src=x onerror=alert(2)> "
    "{{7+7}} ${7+7} [a](javascript:alert(3)) with their keeper."
)

Serve = Callable[[Loading], str]
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The defaults, but for votes, which are kept apart, and limits, which would meet tests in a hurry."""
    store = tmp_path_factory.mktemp("feedback") / "feedback.sqlite3"
    changes = {"feedback": store, "rate_limit": "", "rate_limit_requests": ""}
    return settings.model_copy(update=changes)


@pytest.fixture
def serve(served: Settings) -> Iterator[Serve]:
    """Serves a page that gets ready as the given `Loading` does, to the end of the test, and says where."""
    with ExitStack() as running:
        yield lambda loading: running.enter_context(serving(served, loading))


@pytest.fixture(scope="package")
def address(served: Settings, chatbot: Chatbot) -> Iterator[str]:
    """Where the page of the shared chatbot is served."""
    with serving(served, Loading(lambda _: Ready(chatbot, ()))) as address:
        yield address


@pytest.fixture(scope="package")
def library(chatbot: Chatbot, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A chatbot over two documents of which one is hostile."""
    documents = (
        Document("bad/one & two", HOSTILE_TITLE, "en", f"{_HOSTILE} Nothing else lives there.", "<b>Somewhere</b>"),
        Document(
            "parks", "Parks", "en", "The city has forty parks. They are open at night.", "Copenhagen", "2024-03-01"
        ),
    )
    opened = open_index(
        tmp_path_factory.mktemp("library"),
        Corpus(documents),
        chatbot.embeddings,
        chatbot.reader.head,
        settings.passage_characters,
    )
    return Chatbot(opened.index, chatbot.embeddings, chatbot.reader, settings)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM}; on Debian: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE)
    # The package's scope, not the session's: while it runs, no other test can run an event loop.
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, address: str, serve: Serve) -> Iterator[Open]:
    """Opens the page for a new visitor, English unless said otherwise; afterwards nothing may have leaked.

    It asks for `serve` so that its pages are closed before their servers stop, about which the browser would complain.
    Where a test breaks the connection, the browser complains about that.
    """
    pages: list[Page] = []
    requested: list[str] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def open_(url: str = address, *, complains: bool = False, **visitor: Any) -> Page:
        page = browser.new_context(**{"locale": "en-GB", **visitor}).new_page()
        page.set_default_timeout(_PATIENCE)
        page.on("request", lambda request: requested.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        if not complains:
            page.on("console", note)
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
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
