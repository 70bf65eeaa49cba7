"""The colours of `colours.css`, for what cannot load a style sheet of the pages: the widget, and Gradio's theme."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_COLOUR = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);")


@dataclass(frozen=True)
class Colour:
    """A colour on light pages and on dark ones."""

    light: str
    dark: str

    def __str__(self) -> str:
        return f"light-dark({self.light}, {self.dark})"


@cache
def colours() -> Mapping[str, Colour]:
    """Every colour by its name."""
    style = files("chatbot.web").joinpath("colours.css").read_text(encoding="utf-8")
    return {name: Colour(light, dark) for name, light, dark in _COLOUR.findall(style)}
