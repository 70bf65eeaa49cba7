from threading import Event

from playwright.sync_api import expect

from chatbot.chatbot import Chatbot
from chatbot.opening import Ready
from chatbot.phrases import phrases
from chatbot.progress import Progress
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_page import QUOTE, ask, field

QUESTION = "How many IT systems does the state have?"
JOIN = "**/queue/join**"
SAYS = phrases("en")


def test_a_question_survives_a_broken_connection(open_page: Open) -> None:
    page = open_page(complains=True)
    ask(page, "Who is the DN Senior Official?")
    page.route(JOIN, lambda route: route.abort())
    field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text(SAYS.broken)
    # Whatever is pressed meanwhile, the question is neither lost nor asked twice.
    page.keyboard.press("Enter")
    page.keyboard.type("x")
    page.get_by_role("button", name=SAYS.start_over).click()
    expect(trouble).to_contain_text(SAYS.broken)
    expect(field(page)).to_have_value(QUESTION)
    expect(page.get_by_text("Connection Lost")).to_have_count(0)
    page.unroute(JOIN)
    page.get_by_role("button", name=SAYS.try_again).click()
    expect(page.locator(".quote").last).to_have_text(QUOTE)
    expect(page.locator(".trouble")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(2)
    expect(field(page)).to_have_value("")


def test_a_busy_server_is_asked_again_when_it_says(open_page: Open) -> None:
    page = open_page(complains=True, locale="da-DK")
    answers = iter([429, 503])

    def refuse(route: object) -> None:
        status = next(answers, None)
        if status:
            route.fulfill(status=status, headers={"Retry-After": "1"})  # type: ignore[attr-defined]
        else:
            route.fallback()  # type: ignore[attr-defined]

    page.route(JOIN, refuse)
    field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(phrases("da").busy.format(seconds=1))
    expect(page.locator(".quote")).to_have_text(QUOTE)
    expect(page.locator(".trouble")).to_have_count(0)


def test_a_refusal_is_said_with_its_reference(open_page: Open) -> None:
    page = open_page(complains=True)
    page.route(JOIN, lambda route: route.fulfill(status=500, headers={"X-Request-ID": "4f2a"}))
    field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(SAYS.failure.format(reference="4f2a"))
    expect(field(page)).to_have_value(QUESTION)


def test_a_server_that_goes_away_meanwhile_is_asked_again(open_page: Open, served: Settings, chatbot: Chatbot) -> None:
    waits = Event()

    def never(progress: Progress) -> Ready:
        waits.wait()
        return Ready(chatbot, ())

    with serving(served, Loading(never)) as address:
        page = open_page(address, complains=True)
        field(page).fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator(".pending")).to_be_visible()
    waits.set()
    expect(page.get_by_role("alert")).to_contain_text(SAYS.broken)
    port = int(address.rstrip("/").rpartition(":")[2])
    with serving(served, Loading(lambda _: Ready(chatbot, ())), port):
        page.get_by_role("button", name=SAYS.try_again).click()
        expect(page.locator(".quote")).to_have_text(QUOTE)
        expect(page.locator(".turn")).to_have_count(1)
