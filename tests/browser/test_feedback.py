from playwright.sync_api import expect

from chatbot.chatbot import Chatbot
from chatbot.feedback import FeedbackStore
from chatbot.opening import Ready
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_page import ask, tab_to

QUESTION = "How many IT systems does the state have?"
SAYS = phrases("en")


def test_a_vote_with_a_comment_is_sent_by_keyboard_and_thanked_for(open_page: Open, served: Settings) -> None:
    page = open_page()
    turn = ask(page, QUESTION)
    tab_to(page, turn.get_by_role("button", name=SAYS.no, exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(turn.get_by_label(SAYS.comment)).to_be_focused()
    page.keyboard.type("Call me on 12 34 56 78 <b>now</b>")
    tab_to(page, turn.get_by_role("button", name=SAYS.send))
    page.keyboard.press("Enter")
    expect(turn.locator(".told")).to_have_text(SAYS.thank_you)
    expect(turn.get_by_role("button", name=SAYS.yes, exact=True)).to_be_hidden()
    # It stays said when the conversation goes on.
    ask(page, "Who is the DN Senior Official?")
    expect(page.locator(".told").first).to_have_text(SAYS.thank_you)
    assert served.feedback is not None
    *_, row = FeedbackStore(served.feedback).rows()
    assert (row.question, row.vote, row.language, row.status) == (QUESTION, "no", "en", "answered")
    assert row.comment == "Call me on [number] <b>now</b>"


def test_a_vote_that_cannot_be_sent_can_be_sent_again(open_page: Open) -> None:
    page = open_page(complains=True)
    turn = ask(page, QUESTION)
    page.route("**/api/feedback", lambda route: route.abort())
    turn.get_by_role("button", name=SAYS.yes, exact=True).click()
    turn.get_by_role("button", name=SAYS.send).click()
    expect(turn.locator(".told")).to_have_text(SAYS.not_sent)
    page.unroute("**/api/feedback")
    turn.get_by_role("button", name=SAYS.send).click()
    expect(turn.locator(".told")).to_have_text(SAYS.thank_you)


def test_without_a_feedback_store_nobody_is_asked_for_a_vote(
    open_page: Open, served: Settings, chatbot: Chatbot
) -> None:
    with serving(served.model_copy(update={"feedback": None}), Loading(lambda _: Ready(chatbot, ()))) as address:
        page = open_page(address)
        turn = ask(page, QUESTION)
        expect(page.get_by_text(SAYS.nothing_stored)).to_be_visible()
        expect(turn.get_by_text(SAYS.helpful)).to_have_count(0)
