"""Bootstrap intervals: how far a figure would move if other questions of the same sort had been asked.

The percentile bootstrap over questions: Efron and Tibshirani (1993), An Introduction to the Bootstrap,
chapter 13. A resample of n questions is kept as n counts (how often each question was drawn), so that a
statistic of many resamples is a few operations on a matrix.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_SEED = 1993
_BLOCK = 250

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Statistic:
    """A figure over any resample of some questions.

    Attributes:
        questions: how many there are.
        resampled: from counts, shape [resamples, questions], to values, shape [resamples]; NaN where undefined.
    """

    questions: int
    resampled: Callable[[Floats], Floats]

    @property
    def value(self) -> float:
        """Over the questions as they are, each drawn once."""
        return float(self.resampled(np.ones((1, self.questions)))[0])

    def __sub__(self, other: "Statistic") -> "Statistic":
        """The difference of two statistics over the same resamples."""
        return Statistic(self.questions, lambda counts: self.resampled(counts) - other.resampled(counts))

    def among(self, part: Booleans) -> "Statistic":
        """This statistic over the questions marked in `part`, as one over all of them."""
        return Statistic(len(part), lambda counts: self.resampled(counts[:, part]))


def mean(values: Floats) -> Statistic | None:
    """The mean of the values that are not NaN; None where all are."""
    counted = ~np.isnan(values)
    filled = np.where(counted, values, 0.0)
    return Statistic(len(values), lambda counts: ratio(counts @ filled, counts @ counted)) if counted.any() else None


def percentile(values: Floats, quantile: float) -> Statistic:
    """A quantile, linear between the two nearest values, as `numpy.quantile` defines it."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]

    def resampled(counts: Floats) -> Floats:
        until = np.cumsum(counts[:, order], axis=1)
        position = (until[:, -1:] - 1) * quantile
        below, above = np.floor(position), np.ceil(position)
        low = ranked[(until <= below).sum(axis=1)]
        high = ranked[(until <= above).sum(axis=1)]
        between: Floats = low + (high - low) * (position - below)[:, 0]
        return between

    return Statistic(len(values), resampled)


def resamples(questions: int) -> Iterator[Floats]:
    """Counts of RESAMPLES resamples of `questions` questions in blocks; the same ones every time."""
    generator = np.random.default_rng(_SEED)
    even = np.full(questions, 1 / questions)
    for _ in range(RESAMPLES // _BLOCK):
        yield generator.multinomial(questions, even, size=_BLOCK).astype(np.float64)


def distributions(statistics: Mapping[str, Statistic], questions: int) -> dict[str, Floats]:
    """Each statistic over the same resamples, shape [RESAMPLES]."""
    blocks = [[statistic.resampled(counts) for statistic in statistics.values()] for counts in resamples(questions)]
    return {name: np.concatenate(parts) for name, parts in zip(statistics, zip(*blocks, strict=True), strict=True)}


def interval(distribution: Floats, value: float) -> tuple[float, float]:
    """The middle 95% of a distribution; resamples in which the statistic is undefined are left out."""
    defined = distribution[~np.isnan(distribution)]
    if not len(defined):
        return value, value
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """One array divided by another, NaN where that has no value."""
    out = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out
