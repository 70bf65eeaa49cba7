import pytest
from playwright.sync_api import expect

from chatbot.language import Language
from chatbot.phrases import phrases
from tests.browser.conftest import Open
from tests.browser.test_page import QUOTE, ask, tab_to


def test_a_source_opens_by_keyboard_at_the_marked_sentence(open_page: Open) -> None:
    page = open_page(viewport={"width": 800, "height": 400})
    turn = ask(page, "How many IT systems does the state have?")
    tab_to(page, turn.locator("a.open"), "Shift+Tab")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    source = opened.value
    mark = source.locator("#quote")
    expect(mark).to_have_text(QUOTE)
    expect(mark).to_be_in_viewport()
    assert source.evaluate("scrollY") > 100
    expect(source.locator("article")).to_have_attribute("lang", "en")
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize(
    ("language", "theme", "paper"), [("en", "light", "rgb(255, 255, 255)"), ("da", "dark", "rgb(20, 23, 28)")]
)
def test_a_document_is_read_without_scripts_in_either_language_and_theme(
    open_page: Open, address: str, language: Language, theme: str, paper: str
) -> None:
    page = open_page(f"{address}documents/denmark", locale=language, color_scheme=theme, java_script_enabled=False)
    expect(page.get_by_role("link", name=phrases(language).ask_a_question)).to_be_visible()
    expect(page.locator("h1")).to_have_text("Denmark")
    expect(page.locator("body")).to_have_css("background-color", paper)


def test_about_leads_to_the_documents(open_page: Open) -> None:
    page = open_page()
    with page.expect_popup() as opened:
        page.get_by_role("link", name=phrases("en").about, exact=True).click()
    about = opened.value
    about.get_by_role("link", name="Denmark").click()
    expect(about.locator("article")).to_contain_text(QUOTE)
