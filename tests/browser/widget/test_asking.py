"""Asking in the widget, on a page of another origin under a strict policy."""

from functools import partial

from playwright.sync_api import expect

from chatbot.feedback import FeedbackStore
from chatbot.settings import Settings
from tests.browser.site import Site
from tests.browser.widget.visitor import ASKED, DANISH, ENGLISH, QUOTE, STREAM, Visit, answering, ask, fulfil, opened
from tests.web.hostile import TEXTS

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


def test_a_vote_is_stored_with_its_comment(visit: Visit, host: Site, served: Settings) -> None:
    page = visit(host.page())
    turn = ask(opened(page), ASKED)
    turn.get_by_role("button", name=ENGLISH.no, exact=True).click()
    turn.get_by_role("textbox", name=ENGLISH.comment).fill("Out of date; write to me@example.org")
    turn.get_by_role("button", name=ENGLISH.send).click()
    expect(turn.get_by_text(ENGLISH.thank_you)).to_be_focused()
    assert served.feedback is not None
    *_, row = FeedbackStore(served.feedback).rows()
    assert (row.question, row.vote, row.comment) == (ASKED, "no", "Out of date; write to [e-mail]")


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
