"""The figures of a run: every metric with its interval, over all questions and per slice."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from chatbot.evaluation.bootstrap import Statistic, distributions, interval
from chatbot.evaluation.metrics import statistics, tabulate
from chatbot.evaluation.rows import Row

# So that figures are the same on every machine.
DECIMALS = 6


class Figure(BaseModel, frozen=True):
    """A value and its 95% bootstrap interval."""

    value: float
    low: float
    high: float


class Figures(BaseModel, frozen=True):
    """What `--json` prints: metrics that do not apply are left out."""

    questions: int
    metrics: dict[str, Figure]
    slices: dict[str, dict[str, Figure]]


def score(rows: Sequence[Row]) -> Figures:
    """Every metric over `rows` and over each of their slices. `rows` must not be empty."""
    table = tabulate(rows)
    return Figures(
        questions=len(rows),
        metrics=figures(statistics(table), len(table)),
        slices={name: figures(statistics(table.take(members)), len(members)) for name, members in slices(rows).items()},
    )


def slices(rows: Sequence[Row]) -> dict[str, NDArray[np.intp]]:
    """The row numbers of each slice, named `language=da`, `kind=near-topic`, `answerable=false`."""
    named = {
        "answerable": [str(row.question.answerable).lower() for row in rows],
        "language": [row.question.language for row in rows],
        "kind": [row.question.kind or "" for row in rows],
    }
    return {
        f"{sort}={value}": np.flatnonzero(np.array(values) == value)
        for sort, values in named.items()
        for value in sorted(set(values) - {""})
    }


def figures(measured: Mapping[str, Statistic], questions: int) -> dict[str, Figure]:
    """Each statistic's value and interval, rounded."""
    found: dict[str, Figure] = {}
    for name, distribution in distributions(measured, questions).items():
        value = measured[name].value
        low, high = interval(distribution, value)
        found[name] = Figure(value=round(value, DECIMALS), low=round(low, DECIMALS), high=round(high, DECIMALS))
    return found
