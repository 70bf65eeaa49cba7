"""The script as it is served: its parts, its style and its words in one file, named after what is in it."""

import gzip
import hashlib
import json
import re
from base64 import b64encode
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import files

from chatbot.language import LANGUAGES
from chatbot.phrases import Phrases, phrases
from chatbot.settings import Settings
from chatbot.web.colours import colours

_PARTS = ("stream", "conversation", "elements", "answer", "panel", "memory", "element", "start")

# What of the phrases the script says.
SAID = (
    "about", "ask", "ask_a_question", "automatic", "broken", "busy", "clear", "close", "comment", "conversation",
    "copied", "copy", "empty", "examples", "failure", "greeting", "helpful", "in_language", "later", "no", "not_sent",
    "offline", "open_source", "opens_source", "possible", "question", "refused", "searching", "see_also", "send",
    "start_over", "stood_in", "thank_you", "they_cover", "title", "too_long", "topic_question", "try_again", "try_asking",
    "unavailable", "understood_as", "written", "yes", "you_asked",
)  # fmt: skip

_COLOUR = re.compile(r"colour\(([\w-]+)\)")
_COMMENT = re.compile(r"^\s*(?://.*|/\*.*\*/)?\n|^\s+", re.MULTILINE)


@dataclass(frozen=True)
class WidgetScript:
    """The script; the same settings and the same version of the program give the same text."""

    text: str

    @cached_property
    def content(self) -> bytes:
        return self.text.encode()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def name(self) -> str:
        """Of the file, with its version in it."""
        return f"widget-{hashlib.sha256(self.content).hexdigest()[:12]}.js"

    @cached_property
    def integrity(self) -> str:
        """For the `integrity` attribute of a script tag (Subresource Integrity)."""
        return f"sha384-{b64encode(hashlib.sha384(self.content).digest()).decode()}"


def widget_script(settings: Settings) -> WidgetScript:
    """The script for an installation."""
    served = {
        "PHRASES": {language: _said(phrases(language), settings) for language in LANGUAGES},
        "SETTINGS": {
            "language": settings.language,
            "limit": settings.max_question_characters,
            "votes": settings.feedback is not None,
        },
    }
    constants = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in served.items())
    style = f"const STYLE = new CSSStyleSheet();\nSTYLE.replaceSync({json.dumps(_style())});\n"
    parts = "".join(_source(f"{part}.js") for part in _PARTS)
    return WidgetScript(f'(() => {{\n"use strict";\n{constants}{style}{parts}}})();\n')


def _said(says: Phrases, settings: Settings) -> dict[str, object]:
    everything = asdict(says)
    stored = says.stored(questions=settings.log_questions, feedback=settings.feedback is not None)
    return {**{name: everything[name] for name in SAID}, "stored": stored}


def _style() -> str:
    """The style sheet; `colour(NAME)` in it stands for a colour of the pages."""
    return _COLOUR.sub(lambda named: str(colours()[named[1]]), _source("widget.css"))


def _source(name: str) -> str:
    """A part without its comments and indentation, which nobody needs to be sent."""
    text = files("chatbot.web.widget").joinpath(name).read_text(encoding="utf-8")
    return _COMMENT.sub("", text)
