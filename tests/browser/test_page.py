import re
from threading import Event
from time import monotonic

from playwright.sync_api import Locator, Page, expect

from chatbot.chatbot import Chatbot
from chatbot.errors import ChatbotError
from chatbot.opening import Ready
from chatbot.phrases import phrases
from chatbot.progress import Progress
from chatbot.web.loading import Loading
from tests.browser.conftest import HOSTILE_SHOWN, HOSTILE_TITLE, Open, Serve

QUOTE = (
    "There are more than 4.000 different IT systems in the state and similarly extensive IT portfolios in "
    "municipalities and regions."
)
ENGLISH, DANISH = phrases("en"), phrases("da")


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile(f"^({ENGLISH.question}|{DANISH.question})$"))


def ask(page: Page, question: str) -> Locator:
    """Ask by keyboard; returns the answered turn."""
    turns = page.locator(".turn")
    before = turns.count()
    field(page).press_sequentially(question)
    page.keyboard.press("Enter")
    expect(turns).to_have_count(before + 1)
    expect(page.locator(".pending")).to_have_count(0)
    return turns.last


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    for _ in range(20):
        page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("The keyboard does not get there")


def test_ask_in_english_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    assert page.evaluate("document.documentElement.lang") == "en"
    told = f"Answers quote 1 document: Denmark (Digital Nations). {ENGLISH.automatic}"
    expect(page.locator(".about")).to_have_text(told)
    expect(page.get_by_text(ENGLISH.feedback_stored)).to_be_visible()
    tab_to(page, field(page))
    page.keyboard.type("How many IT systems does the state have?")
    page.keyboard.press("Enter")
    expect(page.locator("blockquote .quote")).to_have_text(QUOTE)
    expect(field(page)).to_have_value("")
    expect(page.get_by_text(ENGLISH.clear)).to_be_visible()
    assert set(page.locator(".quote .met").all_inner_texts()) >= {"IT", "systems", "state"}
    source = page.locator("summary").first
    tab_to(page, source, "Shift+Tab")
    assert source.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    expect(page.locator("mark").first).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    expect(page.locator("mark").first).to_have_text(QUOTE)
    expect(page.locator(".passage").first).to_contain_text(f"education, and employment. {QUOTE} Additionally,")
    # What was unfolded stays so when the conversation goes on.
    ask(page, "Who is the DN Senior Official?")
    expect(page.locator("mark").first).to_be_visible()
    expect(page.locator("details[open]")).to_have_count(1)


def test_ask_in_danish(open_page: Open) -> None:
    page = open_page(locale="da-DK")
    assert page.evaluate("document.documentElement.lang") == "da"
    assert page.title() == DANISH.title
    turn = ask(page, "Hvor mange it-systemer har staten?")
    expect(turn).to_have_attribute("lang", "da")
    expect(turn.locator(".quote")).to_have_text(QUOTE)
    expect(turn.locator(".quote")).to_have_attribute("lang", "en")
    expect(turn.locator(".note")).to_have_text("(på engelsk)")
    expect(turn.get_by_text(DANISH.clear)).to_be_visible()


def test_not_found_offers_topics_and_a_topic_answers(open_page: Open) -> None:
    page = open_page()
    turn = ask(page, "What is the capital of France?")
    expect(turn).to_contain_text(ENGLISH.not_found)
    expect(turn.locator("blockquote, details")).to_have_count(0)
    expect(turn.locator("[data-question]")).to_have_count(3)
    turn.locator("[data-question]").first.click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last.locator("blockquote")).to_be_visible()


def test_a_topic_on_a_danish_page_is_asked_about_in_danish(open_page: Open) -> None:
    page = open_page(locale="da-DK")
    turn = ask(page, "Hvad er hovedstaden i Frankrig?")
    expect(turn).to_contain_text(DANISH.they_cover)
    turn.locator("[data-question]").first.click()
    answered = page.locator(".turn").last
    expect(answered.locator("blockquote")).to_be_visible()
    expect(answered).to_have_attribute("lang", "da")


def test_a_follow_up_says_how_it_was_understood(open_page: Open) -> None:
    page = open_page()
    ask(page, "How many IT systems does the state have?")
    turn = ask(page, "And the municipalities?")
    expect(turn.locator(".aside").first).to_contain_text("Understood as: And the municipalities?")
    expect(turn.locator("blockquote")).to_contain_text("municipalities")


def test_an_example_is_one_click(open_page: Open) -> None:
    page = open_page(locale="da-DK")
    page.get_by_role("button", name=DANISH.examples[0]).click()
    expect(page.locator(".turn .quote")).to_have_text(QUOTE)


def test_whatever_is_typed_is_text(open_page: Open) -> None:
    hostile = "<script>alert(1)</script> **bold** $x$ [a](javascript:alert(1)) ![](http://evil.example/x.png) "
    hostile += "<img src=x onerror=alert(1)> ${alert(1)} {{7*7}} @children </div>"
    page = open_page()
    turn = ask(page, hostile)
    expect(turn.locator(".question")).to_contain_text(hostile)
    assert turn.locator("img, script, a, strong, .katex").count() == 0


def test_what_cannot_be_asked_is_said_beside_the_question(open_page: Open) -> None:
    page = open_page()
    field(page).press("Enter")
    expect(page.get_by_role("alert")).to_have_text(ENGLISH.empty)
    field(page).fill("My number is 010203-1234.")
    field(page).press("Enter")
    expect(page.get_by_role("alert")).to_have_text(ENGLISH.personal_number)
    expect(field(page)).to_have_value("My number is 010203-1234.")
    field(page).fill("x" * 1240)
    page.get_by_role("button", name=ENGLISH.ask, exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Please keep it under 1,000 characters (now 1,240).")
    expect(page.locator(".turn")).to_have_count(0)


def test_switch_language_and_start_over(open_page: Open) -> None:
    page = open_page()
    ask(page, "How many IT systems does the state have?")
    page.get_by_role("button", name="Dansk").click()
    expect(page.locator("h1")).to_have_text(DANISH.title)
    expect(page.get_by_role("button", name=DANISH.examples[0])).to_be_visible()
    expect(page.get_by_text(DANISH.feedback_stored)).to_be_visible()
    expect(page.get_by_role("textbox", name=DANISH.question, exact=True)).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.title]") == ["da", DANISH.title]
    # The conversation stays, in the language it was held in.
    expect(page.locator(".turn")).to_have_attribute("lang", "en")
    page.get_by_role("button", name=DANISH.start_over).click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(field(page)).to_be_focused()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text(ENGLISH.title)


def test_light_and_dark(open_page: Open) -> None:
    def paper() -> str:
        return str(page.locator("#form").evaluate("element => getComputedStyle(element).backgroundColor"))

    page = open_page(color_scheme="dark")
    assert paper() == "rgb(20, 23, 28)"
    page.get_by_role("button", name=ENGLISH.theme).click()
    assert paper() == "rgb(255, 255, 255)"


def test_a_narrow_phone_scrolls_one_way_and_keeps_the_question_at_the_bottom(open_page: Open) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    for question in ("How many IT systems does the state have?", "Who is the Minister for Digital Government?"):
        ask(page, question)
        page.locator(".turn summary").last.click()
    page.evaluate("window.scrollTo(0, 0)")
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [320, 320]
    assert page.evaluate("document.documentElement.scrollHeight") > 700
    box = field(page).bounding_box()
    assert box is not None
    assert 480 < box["y"] + box["height"] <= 640


def test_a_question_asked_while_the_model_loads_waits_and_is_answered(
    open_page: Open, serve: Serve, chatbot: Chatbot
) -> None:
    loaded = Event()

    def open_(progress: Progress) -> Ready:
        progress("Embedding passages", 3, 9)
        assert loaded.wait(60)
        return Ready(chatbot, ())

    address = serve(Loading(open_))
    try:
        page = open_page(address)
        expect(page.locator(".about")).to_have_text("Getting ready … (reading the documents, once 3/9)")
        field(page).fill("How many IT systems does the state have?")
        page.keyboard.press("Enter")
        expect(page.locator(".turn .pending")).to_have_text("Getting ready … (reading the documents, once 3/9)")
        page.get_by_role("button", name="Dansk").click()
        expect(page.locator(".about")).to_have_text("Gør klar … (læser dokumenterne, kun denne ene gang 3/9)")
    finally:
        loaded.set()
    expect(page.locator(".turn .quote")).to_have_text(QUOTE)
    expect(page.locator(".about")).to_contain_text("Svarene citerer 1 dokument: Denmark (Digital Nations).")


def test_a_failure_to_get_ready_names_no_folder_of_the_server(open_page: Open, serve: Serve) -> None:
    def open_(progress: Progress) -> Ready:
        raise ChatbotError("The corpus folder /srv/secret holds no document to answer from.")

    address = serve(Loading(open_))
    page = open_page(address)
    words = re.compile(r"^The service is not ready \(reference [0-9a-f]{4}\)")
    expect(page.locator(".about")).to_have_text(words)
    expect(ask(page, "Anyone there?").locator(".answer")).to_have_text(words)
    assert "secret" not in page.content()


def test_several_documents_are_a_list_to_unfold(open_page: Open, serve: Serve, library: Chatbot) -> None:
    address = serve(Loading(lambda _: Ready(library, ())))
    page = open_page(address)
    page.locator(".about summary").click()
    expect(page.locator(".about li")).to_have_text(
        [f"{HOSTILE_TITLE} (<b>Somewhere</b>)", "Parks (Copenhagen, 1 March 2024)"]
    )


def test_a_hostile_document_is_text_wherever_it_is_shown(open_page: Open, serve: Serve, library: Chatbot) -> None:
    address = serve(Loading(lambda _: Ready(library, ())))
    page = open_page(address)
    turn = ask(page, "How many zebras live in the palace garden?")
    expect(turn.locator(".quote")).to_have_text(HOSTILE_SHOWN)
    turn.locator("summary").first.click()
    expect(turn.locator("mark").first).to_have_text(HOSTILE_SHOWN)
    assert turn.locator("img, script, strong, b").count() == 0
    target = turn.locator("a.open").first.get_attribute("href")
    page.goto(f"{address}{target}")
    assert "".join(page.locator("mark").all_inner_texts()) == HOSTILE_SHOWN
    assert page.locator("main :is(img, script, b)").count() == 0


def test_the_page_is_there_at_once(open_page: Open) -> None:
    open_page()
    started = monotonic()
    page = open_page()
    field(page).fill("Ready")
    # It takes 1.1 s, and up to 2.6 s on a machine with six times its load.
    assert monotonic() - started < 8
