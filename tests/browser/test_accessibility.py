"""Every page and state, as axe-core and as people with large letters and no mouse meet it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from chatbot.chatbot import Chatbot
from chatbot.errors import ChatbotError
from chatbot.language import Language
from chatbot.opening import Ready
from chatbot.progress import Progress
from chatbot.web.loading import Loading
from tests.browser import screenshots as scenes
from tests.browser.conftest import Open, Serve
from tests.browser.test_page import ask


def barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scene", scenes.READY, ids=lambda scene: str(scene.__name__))
@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1100), ("da", "dark", 390)])
def test_no_serious_barrier(
    open_page: Open, scene: Callable[[scenes.Visit], None], language: Language, theme: str, width: int
) -> None:
    page = open_page(
        complains=True, locale=language, color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    scene(scenes.Visit(page, language))
    assert barriers(page) == []


def test_no_serious_barrier_before_it_is_ready_or_when_it_cannot_be(open_page: Open, serve: Serve) -> None:
    def fails(_: Progress) -> Ready:
        raise ChatbotError("There is nothing to answer from.")

    address = serve(Loading(fails))
    page = open_page(address, bypass_csp=True)
    ask(page, "Anyone there?")
    assert barriers(page) == []


def test_no_serious_barrier_with_several_documents(open_page: Open, serve: Serve, library: Chatbot) -> None:
    address = serve(Loading(lambda _: Ready(library, ())))
    page = open_page(address, bypass_csp=True)
    page.locator(".about summary").click()
    assert barriers(page) == []


@pytest.mark.parametrize("scene", [scenes.vote, scenes.passage, scenes.not_found, scenes.document, scenes.about])
def test_at_400_percent_everything_fits_the_width(open_page: Open, scene: Callable[[scenes.Visit], None]) -> None:
    # 1280 × 1024 at 400 %.
    page = open_page(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    scene(scenes.Visit(page, "en"))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scene", [scenes.vote, scenes.passage, scenes.not_found, scenes.broken])
def test_what_is_pressed_is_large_enough_for_a_finger(open_page: Open, scene: Callable[[scenes.Visit], None]) -> None:
    page = open_page(complains=True, viewport={"width": 390, "height": 844})
    scene(scenes.Visit(page, "da"))
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, textarea, a.open')]
            .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 43.5)
            .map((element) => element.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_nothing_moves_while_the_page_opens(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".about a")).to_be_visible()
    shift = page.evaluate(
        """() => new Promise((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
                .observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => resolve(sum), 300);
        })"""
    )
    assert shift < 0.02


def test_forced_colours_keep_the_mark_and_the_focus(open_page: Open) -> None:
    page = open_page(forced_colors="active")
    scenes.passage(scenes.Visit(page, "en"))
    ground, marked = (
        page.locator(place).first.evaluate("element => getComputedStyle(element).backgroundColor")
        for place in ("body", ".passage mark")
    )
    assert ground != marked
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_reduced_motion_moves_nothing_smoothly(open_page: Open, address: str) -> None:
    page = open_page(f"{address}documents/denmark", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
