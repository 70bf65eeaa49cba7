"""The figures of a run: every metric with its interval, over all questions and per slice."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from chatbot.evaluation.bootstrap import distributions, interval
from chatbot.evaluation.metrics import Table, statistics, tabulate
from chatbot.evaluation.rows import Row

_DECIMALS = 6


class Figure(BaseModel):
    """A value and its 95% bootstrap interval."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float


class Figures(BaseModel):
    """What `--json` prints: metrics that do not apply are left out."""

    model_config = ConfigDict(frozen=True)

    questions: int
    metrics: dict[str, Figure]
    slices: dict[str, dict[str, Figure]]


def score(rows: Sequence[Row]) -> Figures:
    """Every metric over `rows` and over each of their slices. `rows` must not be empty."""
    table = tabulate(rows)
    return Figures(
        questions=len(rows),
        metrics=_figures(table),
        slices={name: _figures(table.take(members)) for name, members in slices(rows).items()},
    )


def slices(rows: Sequence[Row]) -> dict[str, np.typing.NDArray[np.intp]]:
    """The row numbers of each slice, named `language=da`, `kind=near-topic`, `answerable=false`."""
    members: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        question = row.question
        for name in (
            f"language={question.language}",
            f"kind={question.kind}" if question.kind else None,
            f"answerable={str(question.answerable).lower()}",
        ):
            if name:
                members.setdefault(name, []).append(number)
    order = ("answerable", "language", "kind")
    ranked = sorted(members, key=lambda name: (order.index(name.partition("=")[0]), name))
    return {name: np.array(members[name], np.intp) for name in ranked}


def _figures(table: Table) -> dict[str, Figure]:
    found = statistics(table)
    spread = distributions(found, len(table))
    return {
        name: figure(statistic.value, *interval(spread[name], statistic.value)) for name, statistic in found.items()
    }


def figure(value: float, low: float, high: float) -> Figure:
    """A figure rounded to six decimals, so that it is the same on every machine."""
    return Figure(value=round(value, _DECIMALS), low=round(low, _DECIMALS), high=round(high, _DECIMALS))
