"""How a visitor uses the widget, and how a service answers that is made up."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Route, expect

from chatbot.chatbot import Chatbot
from chatbot.opening import Ready
from chatbot.phrases import Phrases, phrases
from chatbot.web.loading import Loading
from tests.browser.site import Site

QUOTE = (
    "There are more than 4.000 different IT systems in the state and similarly extensive IT portfolios in "
    "municipalities and regions."
)
ENGLISH, DANISH = phrases("en"), phrases("da")
ASKED = "How many IT systems does the state have?"
STREAM = "**/api/ask/stream"
PHONE = {"viewport": {"width": 360, "height": 640}}

Visit = Callable[..., Page]


def visiting(stack: ExitStack, browser: Browser, host: Site, address: str, *complaints: str, **visitor: Any) -> Page:
    """`complaints` are patterns of what may be complained of in the console."""
    page = browser.new_context(**{"locale": "en-GB", **visitor}).new_page()
    requested: list[str] = []
    complained: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(re.search(known, message.text) for known in complaints):
            complained.append(message.text)

    def done() -> None:
        kept = page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
        cookies = page.context.cookies()
        page.context.close()
        assert (kept, cookies, complained) == (["", 0, 0], [], [])
        asked = {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in requested if not url.startswith("data:")}
        assert asked <= {host.origin, host.service.rstrip("/")}

    page.set_default_timeout(20_000)
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", note)
    page.on("pageerror", lambda error: complained.append(str(error)))
    page.on("dialog", lambda dialog: complained.append(dialog.message))
    page.goto(address)
    stack.callback(done)
    return page


def ready(chatbot: Chatbot) -> Loading:
    return Loading(lambda _: Ready(chatbot, ()))


def opened(page: Page, says: Phrases = ENGLISH, heading: str = "") -> Locator:
    """Opens the floating widget; returns its panel."""
    page.get_by_role("button", name=says.ask_a_question).click()
    return page.get_by_role("dialog", name=heading or says.title)


def ask(panel: Locator, question: str, says: Phrases = ENGLISH) -> Locator:
    """Asks by keyboard; returns the turn, which may still be pending."""
    turns = panel.get_by_role("article")
    before = turns.count()
    panel.get_by_role("textbox", name=says.question).press_sequentially(question)
    panel.page.keyboard.press("Enter")
    expect(turns).to_have_count(before + 1)
    return turns.last


def answering(**changes: Any) -> str:
    """The stream of an answer, some of it changed."""
    citation = {
        "number": 1,
        "document": "denmark",
        "title": "Denmark",
        "source": None,
        "date": None,
        "language": "en",
        "headings": ["Denmark"],
        "quote": "Yes.",
        "start": 0,
        "end": 4,
        "highlights": [],
        "before": "",
        "after": "",
        "url": "/documents/denmark?start=0&end=4#quote",
        **changes.pop("citation", {}),
    }
    answer = {
        "id": "0" * 16,
        "question": ASKED,
        "language": "en",
        "status": "answered",
        "certainty": "clear",
        "text": "Yes.",
        "confidence": 0.9,
        "citations": [citation],
        "suggestions": [],
        "understood_as": None,
        **changes,
    }
    return f"event: sentence\ndata: {json.dumps({'text': answer['text']})}\n\nevent: answer\ndata: {json.dumps(answer)}\n\n"


def fulfil(route: Route, _: Request | None = None, *, body: str, status: int = 200, retry_after: int = 0) -> None:
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
    kind = "text/event-stream" if status == 200 else "application/problem+json"
    route.fulfill(status=status, body=body, headers={**cors, "Content-Type": kind, "Retry-After": str(retry_after)})
