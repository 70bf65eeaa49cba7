"""Pictures of the page in every state, both languages, both themes, on a desk and on a phone.

`python -m tests.browser.screenshots [FOLDER]` writes them to FOLDER, by default docs/screenshots.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from playwright.sync_api import Browser, Page, ViewportSize, expect

from chatbot.errors import ChatbotError
from chatbot.language import LANGUAGES, Language
from chatbot.opening import Ready, open_chatbot
from chatbot.phrases import Phrases, phrases
from chatbot.process import prepare_process
from chatbot.progress import Progress
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from tests.browser.serving import chromium, serving

ROOT = Path(__file__).resolve().parents[2]
SCREENS: dict[str, ViewportSize] = {"desk": {"width": 1100, "height": 800}, "phone": {"width": 390, "height": 844}}
CLEAR = {"en": "How many IT systems does the state have?", "da": "Hvor mange it-systemer har staten?"}
FOLLOW_UP = {"en": "And the municipalities?", "da": "Og kommunerne?"}
POSSIBLE = {"en": "Why was the ministry created?", "da": "Hvorfor blev ministeriet oprettet?"}
UNKNOWN = {"en": "What is the capital of France?", "da": "Hvad er hovedstaden i Frankrig?"}
JOIN = "**/queue/join**"


@dataclass(frozen=True)
class Visit:
    """One visitor's page, and the words it is in."""

    page: Page
    language: Language

    @property
    def says(self) -> Phrases:
        return phrases(self.language)

    def ask(self, question: dict[str, str]) -> None:
        self.type(question)
        expect(self.page.locator(".turn").last).to_contain_text(question[self.language])
        expect(self.page.locator(".pending")).to_have_count(0)

    def type(self, question: dict[str, str]) -> None:
        self.page.locator("#question textarea").fill(question[self.language])
        self.page.keyboard.press("Enter")


def empty(visit: Visit) -> None:
    pass


def answer(visit: Visit) -> None:
    visit.ask(CLEAR)


def passage(visit: Visit) -> None:
    visit.ask(CLEAR)
    visit.page.locator(".turn summary").first.click()


def follow_up(visit: Visit) -> None:
    visit.ask(CLEAR)
    visit.ask(FOLLOW_UP)


def possible(visit: Visit) -> None:
    visit.ask(POSSIBLE)


def not_found(visit: Visit) -> None:
    visit.ask(UNKNOWN)


def vote(visit: Visit) -> None:
    visit.ask(CLEAR)
    visit.page.locator("[data-vote=no]").click()


def thanks(visit: Visit) -> None:
    vote(visit)
    visit.page.locator("form.vote [type=submit]").click()
    expect(visit.page.locator("form.vote .told")).not_to_be_empty()


def refused(visit: Visit) -> None:
    visit.type({"en": "My number is 010203-1234.", "da": "Mit nummer er 010203-1234."})
    expect(visit.page.get_by_role("alert")).to_be_visible()


def broken(visit: Visit) -> None:
    visit.page.route(JOIN, lambda route: route.abort())
    visit.type(CLEAR)
    expect(visit.page.locator(".trouble")).to_be_visible()


def busy(visit: Visit) -> None:
    visit.page.route(JOIN, lambda route: route.fulfill(status=429, headers={"Retry-After": "3"}))
    visit.type(CLEAR)
    expect(visit.page.locator(".trouble")).to_be_visible()


def document(visit: Visit) -> None:
    visit.ask(CLEAR)
    address = visit.page.locator("a.open").first.get_attribute("href")
    visit.page.goto(f"{visit.page.url}{address}")


def about(visit: Visit) -> None:
    visit.page.goto(f"{visit.page.url}about")


def missing(visit: Visit) -> None:
    visit.page.goto(f"{visit.page.url}documents/none")


READY: tuple[Callable[[Visit], None], ...] = (
    empty, answer, passage, follow_up, possible, not_found, vote, thanks, refused, broken, busy, document, about, missing,
)  # fmt: skip


def _question_waits(visit: Visit) -> None:
    visit.type(CLEAR)
    expect(visit.page.locator(".pending")).to_be_visible()


def take(browser: Browser, address: str, folder: Path, name: str, scene: Callable[[Visit], None]) -> None:
    """One scene, in every language, theme and size."""
    languages: tuple[Language, ...] = LANGUAGES
    for language in languages:
        for theme in ("light", "dark"):
            for screen, size in SCREENS.items():
                context = browser.new_context(
                    locale=f"{language}-DK", color_scheme=theme, viewport=size, reduced_motion="reduce"
                )
                page = context.new_page()
                page.goto(address)
                expect(page.locator("header h1")).to_be_visible()
                scene(Visit(page, language))
                page.screenshot(path=folder / f"{name}-{language}-{theme}-{screen}.png")
                context.close()


def main(folder: Path, wanted: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    loaded = Event()

    def never(progress: Progress) -> Ready:
        progress("Embedding passages", 3, 9)
        loaded.wait()
        raise ChatbotError("The pictures are taken.")

    def fails(_: Progress) -> Ready:
        raise ChatbotError("There is nothing to answer from.")

    with ExitStack() as stack:
        kept = Path(stack.enter_context(TemporaryDirectory()))
        settings = Settings(
            feedback=kept / "feedback.sqlite3", contact="https://www.example.org/contact", rate_limit="", rate_limit_requests=""
        )  # fmt: skip
        prepare_process(settings)
        ready = open_chatbot(settings)
        expect.set_options(timeout=20_000)
        browser = stack.enter_context(chromium())
        stack.callback(loaded.set)
        for name, loading, scenes in (
            ("", Loading(lambda _: ready), READY),
            ("loading", Loading(never), (_question_waits,)),
            ("not-ready", Loading(fails), (empty,)),
        ):
            address = stack.enter_context(serving(settings, loading))
            for scene in scenes:
                called = name or scene.__name__.replace("_", "-")
                if not wanted or called in wanted:
                    take(browser, address, folder, called, scene)
                    print(called)  # noqa: T201


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(Path(arguments[0]) if arguments else ROOT / "docs" / "screenshots", tuple(arguments[1:]))
