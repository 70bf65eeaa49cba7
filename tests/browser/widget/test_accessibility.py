"""Whom the widget serves: by keyboard, on a phone, zoomed in, with a screen reader."""

import pytest
from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.test_accessibility import barriers
from tests.browser.widget.visitor import ASKED, ENGLISH, PHONE, QUOTE, Visit, ask, opened


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
