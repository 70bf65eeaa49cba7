"""Gates: conditions on the figures of a run, and limits on how far a figure may fall between two runs."""

import math
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.errors import ChatbotError
from chatbot.evaluation.figures import Figures
from chatbot.evaluation.metrics import METRICS

_COMPARISONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_TARGET = r"(?:(?P<slice>[\w-]+=[\w.-]+):)?(?P<metric>[\w@]+)"
_GATE = re.compile(rf"\s*{_TARGET}\s*(?P<sign>[<>]=?)\s*(?P<limit>\S+)\s*")
_DROP = re.compile(rf"\s*(?:{_TARGET}\s*=\s*)?(?P<limit>[^\s=]+)\s*")


class GateSyntaxError(ChatbotError):
    """A gate or a limit that cannot be understood, or names a metric that does not exist."""


@dataclass(frozen=True)
class Gate:
    """`[SLICE:]METRIC>=VALUE`, with any of >=, <=, > and <."""

    slice: str | None
    metric: str
    sign: str
    limit: float

    def __str__(self) -> str:
        return f"{_name(self.slice, self.metric)}{self.sign}{self.limit:g}"

    def failure(self, figures: Figures) -> str | None:
        """Why the figures do not pass, as one sentence, or None where they do."""
        scope = figures.metrics if self.slice is None else figures.slices.get(self.slice)
        if scope is None:
            return f"The gate {self} fails: the run has no slice {self.slice}."
        figure = scope.get(self.metric)
        if figure is None:
            return f"The gate {self} fails: {self.metric} does not apply to these questions."
        if _COMPARISONS[self.sign](figure.value, self.limit):
            return None
        return f"The gate {self} fails: {_name(self.slice, self.metric)} is {figure.value:g}."


@dataclass(frozen=True)
class Limit:
    """`[SLICE:]METRIC=X`: the metric may get worse by at most X; without a metric, every share and score may."""

    slice: str | None
    metric: str | None
    most: float

    def metrics(self) -> list[str]:
        if self.metric:
            return [self.metric]
        return [metric.name for metric in METRICS.values() if metric.unit in ("share", "score") and metric.better]


def parse_gate(text: str) -> Gate:
    """Read a gate.

    Raises:
        GateSyntaxError: it has another form or names an unknown metric.
    """
    match = _GATE.fullmatch(text)
    limit = _number(match["limit"]) if match else None
    if match is None or limit is None:
        raise GateSyntaxError(f"The gate «{text}» has no form I know; write one like accuracy>=0.9 or ece<=0.05.")
    return Gate(match["slice"], _known(match["metric"]), match["sign"], limit)


def parse_limit(text: str) -> Limit:
    """Read the value of --max-drop.

    Raises:
        GateSyntaxError: it has another form, names an unknown metric or one that has no better side.
    """
    match = _DROP.fullmatch(text)
    most = _number(match["limit"]) if match else None
    if match is None or most is None or most < 0:
        raise GateSyntaxError(f"«--max-drop {text}» has no form I know; write it like --max-drop accuracy=0.02.")
    metric = _known(match["metric"]) if match["metric"] else None
    if metric and METRICS[metric].better is None:
        raise GateSyntaxError(f"{metric} has no better and no worse side, so --max-drop cannot limit it.")
    return Limit(match["slice"], metric, most)


def failures(gates: Sequence[Gate], figures: Figures) -> list[str]:
    """One sentence for each gate that the figures do not pass."""
    return [failure for gate in gates if (failure := gate.failure(figures))]


def _name(slice_name: str | None, metric: str) -> str:
    return f"{slice_name}:{metric}" if slice_name else metric


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise GateSyntaxError(f"There is no metric «{metric}». The metrics are {', '.join(METRICS)}.")
    return metric


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
