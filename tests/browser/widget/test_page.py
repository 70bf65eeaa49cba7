"""The widget as a guest: what it does to the page around it, and that page to it."""

from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.test_accessibility import barriers
from tests.browser.widget.visitor import ASKED, DANISH, ENGLISH, QUOTE, Visit, ask, opened


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


def test_before_it_is_mounted_it_does_nothing(visit: Visit, host: Site) -> None:
    page = visit(host.page(script=f'<script src="{host.service}widget.js" data-mode="none"></script>'))
    done = """async () => {
      const widget = document.createElement("chat-widget");
      widget.open();
      widget.close();
      return await widget.ask("Anyone there?");
    }"""
    assert page.evaluate(done) is None
