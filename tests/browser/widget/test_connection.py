"""What the widget does when the service cannot be reached, or will not answer."""

import json
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from chatbot.chatbot import Chatbot
from chatbot.settings import Settings
from tests.browser.serving import serving
from tests.browser.site import Site, site
from tests.browser.widget.visitor import ASKED, ENGLISH, QUOTE, STREAM, Visit, ask, fulfil, opened, ready, visiting


def test_a_site_that_is_not_allowed_is_told_so(
    browser: Browser, host: Site, chatbot: Chatbot, served: Settings
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(site())
        other.service = stack.enter_context(serving(served, ready(chatbot)))
        known = ("CORS policy", "ERR_FAILED", "CHATBOT_ALLOWED_ORIGINS")
        page = visiting(stack, browser, other, other.page(), *known)
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        turn = ask(opened(page), ASKED)
        expect(turn).to_contain_text(ENGLISH.refused)
        hint = f"{other.service} does not answer {other.origin}. Add it to CHATBOT_ALLOWED_ORIGINS there."
        assert hint in told


def test_a_server_that_is_gone_is_asked_again_when_it_is_back(
    browser: Browser, chatbot: Chatbot, served: Settings
) -> None:
    with ExitStack() as stack:
        town = stack.enter_context(site())
        allowing = served.model_copy(update={"allowed_origins": town.origin})
        with serving(allowing, ready(chatbot)) as service:
            town.service = service
            page = visiting(stack, browser, town, town.page(), "ERR_CONNECTION_REFUSED")
            panel = opened(page)
        turn = ask(panel, ASKED)
        expect(turn).to_contain_text(ENGLISH.broken)
        expect(panel.get_by_role("status")).to_have_text(ENGLISH.broken)
        port = urlsplit(town.service).port
        assert port is not None
        stack.enter_context(serving(allowing, ready(chatbot), port))
        turn.get_by_role("button", name=ENGLISH.try_again).click()
        expect(turn.locator(".quote > span").first).to_have_text(QUOTE)
        expect(panel.get_by_role("article")).to_have_count(1)


def test_a_stream_that_is_cut_in_the_middle_says_so_and_keeps_the_question(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    begun = 'event: status\ndata: {"step": "searching"}\n\nevent: sentence\ndata: {"text": "There are'
    page.route(STREAM, partial(fulfil, body=begun))
    turn = ask(opened(page), ASKED)
    expect(turn).to_contain_text(ENGLISH.broken)
    expect(turn).to_contain_text(ASKED)
    page.unroute(STREAM)
    turn.get_by_role("button", name=ENGLISH.try_again).click()
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)


def test_offline_the_question_waits_for_the_network(visit: Visit, host: Site) -> None:
    page = visit(host.page(), "ERR_INTERNET_DISCONNECTED")
    panel = opened(page)
    page.context.set_offline(True)
    turn = ask(panel, ASKED)
    expect(turn).to_contain_text(ENGLISH.offline)
    page.context.set_offline(False)
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)


def test_a_busy_service_is_asked_again_by_itself(visit: Visit, host: Site) -> None:
    page = visit(host.page(), "status of 429")
    busy = iter([True])

    def answer(route: Route) -> None:
        if next(busy, False):
            fulfil(route, body='{"status": 429}', status=429, retry_after=2)
        else:
            route.continue_()

    page.route(STREAM, answer)
    turn = ask(opened(page), ASKED)
    expect(turn).to_contain_text(ENGLISH.busy.format(seconds=2))
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)


@pytest.mark.parametrize(
    ("status", "retry_after", "told"),
    [(503, 3000, ENGLISH.later), (500, 0, ENGLISH.failure.format(reference="4f2a"))],
)
def test_what_waiting_does_not_mend_is_left_to_who_asks(
    visit: Visit, host: Site, status: int, retry_after: int, told: str
) -> None:
    page = visit(host.page(), f"status of {status}")
    problem = json.dumps({"title": "", "status": status, "detail": "It went wrong (reference 4f2a)."})
    page.route(STREAM, partial(fulfil, body=problem, status=status, retry_after=retry_after))
    turn = ask(opened(page), ASKED)
    expect(turn).to_contain_text(told)
    expect(turn.get_by_role("button", name=ENGLISH.try_again)).to_be_visible()
