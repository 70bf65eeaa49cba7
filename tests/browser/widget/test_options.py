"""What a site can choose, and what its pages can do with the widget."""

from functools import partial

from playwright.sync_api import expect

from chatbot.settings import Settings
from chatbot.web.widget.script import widget_script
from tests.browser.site import Site
from tests.browser.test_accessibility import barriers
from tests.browser.widget.visitor import ASKED, DANISH, ENGLISH, QUOTE, STREAM, Visit, ask, fulfil, opened


def test_the_tag_that_the_command_prints_works(visit: Visit, host: Site, served: Settings) -> None:
    script = widget_script(served)
    tag = f'<script async src="{host.service}{script.name}" integrity="{script.integrity}" crossorigin="anonymous">'
    page = visit(host.page(script=f"{tag}</script>"))
    expect(opened(page)).to_be_visible()


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
