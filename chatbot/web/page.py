"""The chat page: Gradio components, and which event goes where."""

from importlib.resources import files
from typing import Any

import gradio as gr

from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web.asking import Asking
from chatbot.web.colours import colours
from chatbot.web.events import Events

# Nobody's question waits for another visitor's; what one visitor asks is put in line by the conversation.
_EVENT: dict[str, Any] = {
    "show_progress": "hidden",
    "concurrency_limit": None,
    "api_visibility": "private",
    "api_name": "page",
    "trigger_mode": "multiple",
}

# Handlers that only turn the page over; every other one counts as a question.
FREE = frozenset({"open", "watch", "switch", "start_over"})


def build_page(settings: Settings, asking: Asking) -> Any:
    """The page as Gradio Blocks. Its texts arrive with the `load` event, which knows the visitor's language."""
    events = Events(settings, asking)
    with gr.Blocks(title=phrases(settings.language).title, analytics_enabled=False) as page:
        conversation = gr.State(None)
        header = _html("header", script="header.js")
        log = _html("log", script="buttons.js")
        with gr.Column(elem_id="form"):
            examples = _html("examples", script="buttons.js")
            notice = _html("notice")
            with gr.Row(elem_id="ask"):
                question = gr.Textbox(lines=1, max_lines=6, elem_id="question", label="", scale=1)
                ask = gr.Button("", variant="primary", elem_id="send", scale=0, min_width=0)
                start_over = gr.Button("", elem_id="start-over", scale=0, min_width=0)
        footer = _html("footer")

        everything = [conversation, header, log, examples, question, ask, notice, start_over, footer]
        exchange = [conversation, log, question, notice]
        page.load(events.open, None, everything, **_EVENT).then(events.watch, conversation, header, **_EVENT)
        header.language(events.switch, conversation, everything, **_EVENT)
        question.submit(events.ask, [conversation, question], exchange, **_EVENT)
        ask.click(events.ask, [conversation, question], exchange, **_EVENT)
        log.ask(events.choose, conversation, exchange, **_EVENT)
        examples.ask(events.choose, conversation, exchange, **_EVENT)
        start_over.click(events.start_over, conversation, exchange, **_EVENT).then(
            None, js="() => document.querySelector('#question textarea').focus()"
        )
    return page


def theme() -> Any:
    """What the style sheet builds on: system fonts and the colours there are before it is loaded."""
    paper, ink = colours()["paper"], colours()["ink"]
    # Named fonts only: anything else Gradio would fetch, from its own server or another's.
    sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif"]
    return gr.themes.Base(font=sans, font_mono=["ui-monospace", "monospace"]).set(
        body_background_fill=paper.light,
        body_background_fill_dark=paper.dark,
        body_text_color=ink.light,
        body_text_color_dark=ink.dark,
    )


def _html(identity: str, script: str | None = None) -> Any:
    return gr.HTML(elem_id=identity, apply_default_css=False, js_on_load=_read(script) if script else None)


def _read(name: str) -> str:
    return files("chatbot.web").joinpath(name).read_text(encoding="utf-8")
