"""The widget on somebody else's page: another origin, a strict policy, and whatever style sheet there is."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Route, expect

from chatbot.chatbot import Chatbot, Ready
from chatbot.feedback import FeedbackStore
from chatbot.phrases import Phrases, phrases
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from chatbot.web.widget.script import widget_script
from tests.browser.serving import serving
from tests.browser.site import Site, site
from tests.browser.test_accessibility import barriers
from tests.web.hostile import TEXTS

QUOTE = (
    "There are more than 4.000 different IT systems in the state and similarly extensive IT portfolios in "
    "municipalities and regions."
)
ENGLISH, DANISH = phrases("en"), phrases("da")
ASKED = "How many IT systems does the state have?"
STREAM = "**/api/ask/stream"
PHONE = {"viewport": {"width": 360, "height": 640}}

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def unlimited(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The defaults, with votes in a place of their own and no limit that tests in a hurry would meet."""
    votes = tmp_path_factory.mktemp("feedback") / "feedback.sqlite3"
    return settings.model_copy(update={"feedback": votes, "rate_limit": "", "rate_limit_requests": ""})


@pytest.fixture(scope="module")
def host(unlimited: Settings, chatbot: Chatbot) -> Iterator[Site]:
    """A site whose pages the service answers."""
    with ExitStack() as stack:
        town = stack.enter_context(site())
        allowing = unlimited.model_copy(update={"allowed_origins": town.origin})
        town.service = stack.enter_context(serving(allowing, ready(chatbot)))
        yield town


@pytest.fixture
def visit(browser: Browser, host: Site) -> Iterator[Visit]:
    """Opens an address for a new visitor; afterwards nobody else may have been asked, and nothing kept or complained."""
    with ExitStack() as stack:
        yield partial(visiting, stack, browser, host)


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


def test_ask_and_open_the_source_by_keyboard_alone_under_a_strict_policy(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=ENGLISH.title)
    turn = ask(panel, ASKED)
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)
    expect(turn).to_contain_text(ENGLISH.clear)
    source = turn.get_by_role("link", name=ENGLISH.opens_source.format(number=1))
    page.keyboard.press("Shift+Tab")
    for _ in range(10):
        if source.evaluate("element => element === element.getRootNode().activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    with page.expect_popup() as popup:
        page.keyboard.press("Enter")
    assert popup.value.url.startswith(f"{host.service}documents/denmark?start=")
    expect(popup.value.locator("mark").first).to_be_in_viewport()


def test_a_danish_page_gets_a_danish_widget_and_follow_ups_are_understood(visit: Visit, host: Site) -> None:
    page = visit(host.page(language="da-DK"))
    panel = opened(page, DANISH)
    expect(panel).to_contain_text(DANISH.greeting)
    turn = ask(panel, "Hvor mange it-systemer har staten?", DANISH)
    expect(turn).to_contain_text(f"{QUOTE} {DANISH.in_language['en']} [1]")
    expect(turn).to_contain_text(DANISH.clear)
    turn = ask(panel, "Og kommunerne?", DANISH)
    expect(turn).to_contain_text(DANISH.understood_as.format(question=""))


def test_nothing_is_asked_for_before_a_question_and_the_page_does_not_move(visit: Visit, host: Site) -> None:
    page = visit("about:blank")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(host.page())
    button = page.get_by_role("button", name=ENGLISH.ask_a_question)
    expect(button).to_be_visible()
    opened(page)
    page.wait_for_timeout(300)
    assert [url for url in requested if url.startswith(host.service)] == [f"{host.service}widget.js"]
    shifts, largest = page.evaluate(
        """async () => {
          const seen = (type) => new Promise((resolve) => {
            new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true });
            setTimeout(() => resolve([]), 300);
          });
          const largest = (await seen("largest-contentful-paint")).at(-1);
          return [(await seen("layout-shift")).length, largest.element?.localName];
        }"""
    )
    assert (shifts, largest) == (0, "p")


def test_the_tag_that_the_command_prints_works(visit: Visit, host: Site, unlimited: Settings) -> None:
    script = widget_script(unlimited)
    tag = f'<script async src="{host.service}{script.name}" integrity="{script.integrity}" crossorigin="anonymous">'
    page = visit(host.page(script=f"{tag}</script>"))
    expect(opened(page)).to_be_visible()


def test_inline_it_stands_in_the_page_and_leaves_the_focus_alone(visit: Visit, host: Site) -> None:
    page = visit(host.page('<chat-widget mode="inline"></chat-widget>'))
    panel = page.get_by_role("region", name=ENGLISH.title)
    expect(panel).to_be_visible()
    assert page.evaluate("document.activeElement.localName") == "body"
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_have_count(0)
    panel.get_by_role("textbox", name=ENGLISH.question).focus()
    before = page.evaluate("scrollY")
    expect(ask(panel, ASKED).locator(".quote > span").first).to_have_text(QUOTE)
    assert page.evaluate("scrollY") == before
    assert barriers(page) == []


def test_a_hostile_style_sheet_does_not_reach_it(visit: Visit, host: Site) -> None:
    page = visit(host.page(style="* { all: unset; font-size: 40px !important; color: red !important }"))
    panel = opened(page)
    turn = ask(panel, ASKED)
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)
    box = panel.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (380, 600)
    assert panel.evaluate("element => getComputedStyle(element).fontSize") == "16px"
    assert panel.evaluate("element => getComputedStyle(element).color") != "rgb(255, 0, 0)"


def test_the_focus_goes_in_and_comes_back(visit: Visit, host: Site) -> None:
    page = visit(host.page("<p><button>Other</button></p>"))
    panel = opened(page)
    expect(panel.get_by_role("textbox", name=ENGLISH.question)).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_be_focused()
    page.get_by_role("button", name="Other").focus()
    page.evaluate("document.querySelector('chat-widget').open()")
    panel.get_by_role("button", name=ENGLISH.close).click()
    expect(page.get_by_role("button", name="Other")).to_be_focused()


def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus(visit: Visit, host: Site) -> None:
    page = visit(host.page("<p><button>Other</button></p>"), **PHONE)
    panel = opened(page)
    assert panel.bounding_box() == {"x": 0, "y": 0, **PHONE["viewport"]}
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("chat-widget", "body")
    expect(ask(panel, ASKED).locator(".quote > span").first).to_be_in_viewport()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_zoomed_to_four_hundred_percent_it_can_be_used(visit: Visit, host: Site) -> None:
    page = visit(host.page(), viewport={"width": 320, "height": 256})
    panel = opened(page)
    expect(ask(panel, ASKED).locator(".quote > span").first).to_be_in_viewport()
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    panel.get_by_role("button", name=ENGLISH.close).click()
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_be_focused()


def test_everything_that_is_pressed_is_large_enough(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    panel = opened(page)
    for question in (ASKED, "How high is Mount Everest?"):
        ask(panel, question)
    expect(panel.get_by_role("group", name=ENGLISH.helpful)).to_have_count(2)
    for control in panel.locator("button:visible, textarea:visible, .source a").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, control.text_content()


@pytest.mark.parametrize("colours", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_no_state_is_hard_to_use(visit: Visit, host: Site, colours: dict[str, str]) -> None:
    page = visit(host.page(style=":root { color-scheme: light dark }"), **colours)
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_be_visible()
    assert barriers(page) == []
    panel = opened(page)
    assert barriers(page) == []
    turn = ask(panel, ASKED)
    turn.get_by_role("button", name=ENGLISH.no, exact=True).click()
    expect(ask(panel, "How high is Mount Everest?")).to_contain_text(ENGLISH.they_cover)
    page.keyboard.press("Enter")
    expect(panel.get_by_role("alert").filter(has_text=ENGLISH.empty)).to_be_visible()
    assert barriers(page) == []


def test_screen_readers_meet_everything_in_its_order(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    panel = opened(page)
    ask(panel, ASKED)
    expect(panel.get_by_text(QUOTE).first).to_be_visible()
    expect(panel).to_match_aria_snapshot(f"""
      - dialog "{ENGLISH.title}":
        - banner:
          - heading "{ENGLISH.title}" [level=2]
          - button "{ENGLISH.close}"
        - region "{ENGLISH.conversation}":
          - article:
            - paragraph: "{ENGLISH.you_asked} {ASKED}"
            - blockquote: {QUOTE} [1]
            - paragraph: "[1] Denmark, Digital Nations"
            - link "{ENGLISH.opens_source.format(number=1)}"
            - text: {ENGLISH.clear}
            - group "{ENGLISH.helpful}":
              - button "{ENGLISH.yes}"
              - button "{ENGLISH.no}"
        - status
        - alert
        - text: {ENGLISH.question}
        - button "{ENGLISH.start_over}"
        - textbox "{ENGLISH.question}"
        - button "{ENGLISH.ask}"
        - contentinfo
    """)


def test_an_answer_is_announced_once_and_whole(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    panel = opened(page)
    page.evaluate(
        """() => {
          window.announced = [];
          const live = document.querySelector("chat-widget").shadowRoot.querySelector("[role=status]");
          new MutationObserver(() => announced.push(live.textContent)).observe(live, { childList: true });
        }"""
    )
    ask(panel, ASKED)
    expect(panel.get_by_role("status")).to_have_text(f"{ENGLISH.clear}: {QUOTE} Denmark, Digital Nations.")
    page.wait_for_timeout(1500)
    assert [text for text in page.evaluate("announced") if text != ENGLISH.searching] == [
        f"{ENGLISH.clear}: {QUOTE} Denmark, Digital Nations."
    ]


def test_a_question_that_cannot_be_asked_stays_in_its_field(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    panel = opened(page)
    field = panel.get_by_role("textbox", name=ENGLISH.question)
    notice = panel.get_by_role("alert")
    field.press("Enter")
    expect(notice).to_have_text(ENGLISH.empty)
    field.fill("x" * 1240)
    field.press("Enter")
    expect(notice).to_have_text(ENGLISH.too_long.format(limit="1,000", length="1,240"))
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("My number is 010203-1234, what is MitID?")
    field.press("Enter")
    expect(notice).to_have_text(ENGLISH.personal_number)
    expect(field).to_have_value("My number is 010203-1234, what is MitID?")
    expect(panel.get_by_role("article")).to_have_count(0)


def test_topics_are_offered_where_there_is_no_answer_and_starting_over_forgets(visit: Visit, host: Site) -> None:
    page = visit(host.page())
    panel = opened(page)
    turn = ask(panel, "How high is Mount Everest?")
    expect(turn).to_contain_text(ENGLISH.not_found)
    turn.get_by_role("listitem").first.get_by_role("button").click()
    expect(panel.get_by_role("article")).to_have_count(2)
    expect(panel.get_by_role("article").last.get_by_role("link").first).to_be_visible()
    panel.get_by_role("button", name=ENGLISH.start_over).click()
    expect(panel.get_by_role("article")).to_have_count(0)
    expect(panel.get_by_role("textbox", name=ENGLISH.question)).to_be_focused()
    panel.get_by_role("button", name=ENGLISH.examples[0]).click()
    expect(panel.get_by_role("article").last.locator(".quote > span").first).to_have_text(QUOTE)


def test_a_vote_is_stored_with_its_comment(visit: Visit, host: Site, unlimited: Settings) -> None:
    page = visit(host.page())
    turn = ask(opened(page), ASKED)
    turn.get_by_role("button", name=ENGLISH.no, exact=True).click()
    turn.get_by_role("textbox", name=ENGLISH.comment).fill("Out of date; write to me@example.org")
    turn.get_by_role("button", name=ENGLISH.send).click()
    expect(turn.get_by_text(ENGLISH.thank_you)).to_be_focused()
    assert unlimited.feedback is not None
    *_, row = FeedbackStore(unlimited.feedback).rows()
    assert (row.question, row.vote, row.comment) == (ASKED, "no", "Out of date; write to [e-mail]")


def test_a_site_that_is_not_allowed_is_told_so(
    browser: Browser, host: Site, chatbot: Chatbot, unlimited: Settings
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(site())
        other.service = stack.enter_context(serving(unlimited, ready(chatbot)))
        known = ("CORS policy", "ERR_FAILED", "CHATBOT_ALLOWED_ORIGINS")
        page = visiting(stack, browser, other, other.page(), *known)
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        turn = ask(opened(page), ASKED)
        expect(turn).to_contain_text(ENGLISH.refused)
        hint = f"{other.service} does not answer {other.origin}. Add it to CHATBOT_ALLOWED_ORIGINS there."
        assert hint in told


def test_a_server_that_is_gone_is_asked_again_when_it_is_back(
    browser: Browser, chatbot: Chatbot, unlimited: Settings
) -> None:
    with ExitStack() as stack:
        town = stack.enter_context(site())
        allowing = unlimited.model_copy(update={"allowed_origins": town.origin})
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


def test_two_widgets_do_not_disturb_each_other(visit: Visit, host: Site) -> None:
    body = '<chat-widget mode="inline" heading="First"></chat-widget><chat-widget mode="inline" lang="da" heading="Second"></chat-widget>'
    page = visit(host.page(body))
    first, second = page.get_by_role("region", name="First"), page.get_by_role("region", name="Second")
    expect(ask(first, ASKED).locator(".quote > span").first).to_have_text(QUOTE)
    expect(second.get_by_role("article")).to_have_count(0)
    expect(second).to_contain_text(DANISH.greeting)
    expect(ask(second, "Hvor højt er Mount Everest?", DANISH)).to_contain_text(DANISH.not_found)
    expect(first.get_by_role("article")).to_have_count(1)
    assert barriers(page) == []


def test_mounting_and_unmounting_fifty_times_leaves_nothing_behind(visit: Visit, host: Site) -> None:
    page = visit(host.page(script=f'<script async src="{host.service}widget.js" data-mode="none"></script>'))
    devtools = page.context.new_cdp_session(page)
    page.evaluate("customElements.whenDefined('chat-widget').then(() => true)")
    devtools.send("Performance.enable")

    def mounted(times: int) -> dict[str, float]:
        for _ in range(times):
            page.evaluate(
                """async () => {
                  const widget = document.createElement("chat-widget");
                  document.body.append(widget);
                  widget.open();
                  widget.ask("How many IT systems does the state have?");
                  widget.remove();
                  await new Promise(requestAnimationFrame);
                }"""
            )
        page.wait_for_timeout(1500)
        devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}

    before, after = mounted(2), mounted(50)
    assert after["Nodes"] <= before["Nodes"] + 100
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    assert page.evaluate("document.querySelectorAll('chat-widget').length") == 0


def test_moved_within_the_page_it_goes_on(visit: Visit, host: Site) -> None:
    page = visit(host.page('<chat-widget mode="inline"></chat-widget><aside></aside>'))
    panel = page.get_by_role("region", name=ENGLISH.title)
    turn = ask(panel, ASKED)
    page.evaluate("document.querySelector('aside').append(document.querySelector('chat-widget'))")
    expect(turn.locator(".quote > span").first).to_have_text(QUOTE)


def test_options_come_with_the_script_tag_and_can_be_changed(visit: Visit, host: Site) -> None:
    options = 'data-heading="Ask us" data-greeting="Good day." data-examples="One?|Two?" data-position="left" data-open data-lang="da"'
    style = "chat-widget { --chat-accent: rgb(120, 0, 60); --chat-width: 30em } chat-widget::part(heading) { }"
    page = visit(host.page(script=f'<script async src="{host.service}widget.js" {options}></script>', style=style))
    panel = page.get_by_role("dialog", name="Ask us")
    expect(panel).to_contain_text("Good day.")
    expect(panel.get_by_role("button", name="Two?")).to_be_visible()
    expect(panel.get_by_role("button", name=DANISH.ask, exact=True)).to_have_css("background-color", "rgb(120, 0, 60)")
    assert page.evaluate("document.activeElement.localName") == "body"
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (16, 480)
    page.evaluate("document.querySelector('chat-widget').setAttribute('lang', 'en')")
    expect(panel.get_by_role("button", name=ENGLISH.ask, exact=True)).to_be_visible()


def test_the_page_can_use_it_and_listens_to_it(visit: Visit, host: Site) -> None:
    page = visit(host.page(), "status of 500")
    expect(page.get_by_role("button", name=ENGLISH.ask_a_question)).to_be_visible()
    page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["chat-open", "chat-close", "chat-answer", "chat-error"])
            document.addEventListener(name, (event) => heard.push([name, event.detail]));
        }"""
    )
    answer = page.evaluate(f"document.querySelector('chat-widget').ask('{ASKED}')")
    assert answer["text"] == QUOTE
    page.route(STREAM, partial(fulfil, body="{}", status=500))
    assert page.evaluate("document.querySelector('chat-widget').ask('And now?')") is None
    page.evaluate("document.querySelector('chat-widget').open()")
    page.evaluate(
        """() => new Promise((resolve) => {
          const widget = document.querySelector("chat-widget");
          widget.addEventListener("chat-close", () => setTimeout(resolve));
          widget.close();
        })"""
    )
    assert page.evaluate("heard") == [
        ["chat-answer", {"status": "answered", "certainty": "clear", "language": "en"}],
        ["chat-error", {"kind": "failure"}],
        ["chat-open", None],
        ["chat-close", None],
    ]


def test_the_page_with_the_options_shows_them_live(visit: Visit, host: Site) -> None:
    page = visit(f"{host.service}widget/demo")
    page.get_by_label("Language").select_option("da")
    page.get_by_label("Heading").fill('Ask "us"')
    page.get_by_label("Colour of buttons and links").fill("#8a1538")
    panel = opened(page, DANISH, 'Ask "us"')
    expect(panel.get_by_role("button", name=DANISH.ask, exact=True)).to_have_css("background-color", "rgb(138, 21, 56)")
    expect(page.locator("#tag")).to_contain_text('data-lang="da"\n  data-heading="Ask &quot;us&quot;"')
    expect(page.locator("#style")).to_contain_text("--chat-accent: #8a1538;")
    expect(page.locator("#events")).to_contain_text("chat-open")
    assert barriers(page) == []


def test_a_conversation_is_kept_for_the_tab_only_where_the_site_asks_for_it(visit: Visit, host: Site) -> None:
    page = visit(host.page(script=f'<script async src="{host.service}widget.js" data-remember="session"></script>'))
    expect(ask(opened(page), ASKED).locator(".quote > span").first).to_have_text(QUOTE)
    page.reload()
    panel = page.get_by_role("dialog", name=ENGLISH.title)
    expect(panel.get_by_role("article").locator(".quote > span").first).to_have_text(QUOTE)
    assert page.evaluate("sessionStorage.length") == 1
    page.evaluate("sessionStorage.clear()")


def test_before_it_is_mounted_it_does_nothing(visit: Visit, host: Site) -> None:
    page = visit(host.page(script=f'<script src="{host.service}widget.js" data-mode="none"></script>'))
    done = """async () => {
      const widget = document.createElement("chat-widget");
      widget.open();
      widget.close();
      return await widget.ask("Anyone there?");
    }"""
    assert page.evaluate(done) is None


def test_hostile_answers_are_text_and_nothing_else(visit: Visit, host: Site) -> None:
    page = visit(host.page('<chat-widget mode="inline"></chat-widget>'))
    panel = page.get_by_role("region", name=ENGLISH.title)
    before = page.evaluate("document.querySelectorAll('*').length")
    for hostile in (*TEXTS, *ADDRESSES):
        citation = {"headings": [hostile], "source": hostile, "language": hostile, "quote": hostile, "url": hostile}
        changes = {"text": hostile, "citation": citation, "understood_as": hostile, "suggestions": [hostile]}
        page.route(STREAM, partial(fulfil, body=answering(**changes)))
        page.evaluate("(text) => document.querySelector('chat-widget').ask(text)", hostile)
        page.unroute(STREAM)
        turn = panel.get_by_role("article").last
        addresses = turn.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
        assert all(address.startswith(host.service) for address in addresses), hostile
        tags = turn.evaluate("turn => [...new Set([...turn.querySelectorAll('*')].map(each => each.localName))]")
        assert not {"script", "img", "svg", "iframe", "style", "object", "math"} & set(tags), hostile
    assert page.evaluate("document.querySelectorAll('*').length") == before


ADDRESSES = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "blob:x",
    "//evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/x",
    "http:evil.example",
    "x" * 5000,
)
