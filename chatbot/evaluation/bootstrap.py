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


@dataclass(frozen=True)
class Statistic:
    """A figure over all questions, and the same figure over resamples of them.

    Attributes:
        value: over the questions as they are.
        resampled: from counts, shape [resamples, questions], to values, shape [resamples]; NaN where undefined.
    """

    value: float
    resampled: Callable[[Floats], Floats]


def resamples(questions: int) -> Iterator[Floats]:
    """Counts of RESAMPLES resamples of `questions` questions in blocks; the same ones every time."""
    generator = np.random.default_rng(_SEED)
    even = np.full(questions, 1 / questions)
    for _ in range(RESAMPLES // _BLOCK):
        yield generator.multinomial(questions, even, size=_BLOCK).astype(np.float64)


def distributions(statistics: Mapping[str, Statistic], questions: int) -> dict[str, Floats]:
    """Each statistic over the same resamples, shape [RESAMPLES]."""
    blocks: dict[str, list[Floats]] = {name: [] for name in statistics}
    for counts in resamples(questions):
        for name, statistic in statistics.items():
            blocks[name].append(statistic.resampled(counts))
    return {name: np.concatenate(values) for name, values in blocks.items()}


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
