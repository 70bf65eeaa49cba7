"""Whether confidence means something: does it tell the answerable apart, and is 0.8 right in 8 cases of 10?

Every function returns a `Statistic`. Where questions share a confidence their order is unknown; the figure is
then its mean over all their orders, so no figure depends on the order of the rows.
"""

import numpy as np
from numpy.typing import NDArray

from chatbot.evaluation.bootstrap import Booleans, Floats, Statistic, ratio

BINS = 10


def auroc(confidence: Floats, answerable: Booleans) -> Statistic | None:
    """The chance that an answerable question has a higher confidence than one that is not; ties count half.

    The area under the ROC curve equals the Mann-Whitney statistic: Hanley and McNeil (1982), Radiology 143(1).
    None where one of the two sorts is missing.
    """
    if answerable.all() or not answerable.any():
        return None
    groups = _Groups(confidence)

    def resampled(counts: Floats) -> Floats:
        positive = groups.sums(counts * answerable)
        negative = groups.sums(counts * ~answerable)
        below = negative.sum(axis=1, keepdims=True) - np.cumsum(negative, axis=1)
        won = (positive * (below + negative / 2)).sum(axis=1)
        return ratio(won, positive.sum(axis=1) * negative.sum(axis=1))

    return Statistic(len(confidence), resampled)


def aurc(confidence: Floats, right: Booleans) -> Statistic:
    """The area under the risk-coverage curve: the mean, over k = 1 … n, of the share wrong among the k surest.

    Geifman, Uziel and El-Yaniv (2019), arXiv:1805.08206, section 3. 0 is best.
    """
    groups = _Groups(confidence)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, len(confidence) + 1))])

    def resampled(counts: Floats) -> Floats:
        size, wrong = groups.sums(counts), groups.sums(counts * ~right)
        mean = np.nan_to_num(ratio(wrong, size))
        until = np.cumsum(size, axis=1)
        since = until - size
        wrong_before = np.cumsum(wrong, axis=1) - wrong
        # Inside a group the k surest hold wrong_before + (k - since) · mean wrong ones; divided by k and summed.
        steps = harmonic[until.astype(np.int64)] - harmonic[since.astype(np.int64)]
        area: Floats = (size * mean + (wrong_before - since * mean) * steps).sum(axis=1) / until[:, -1]
        return area

    return Statistic(len(confidence), resampled)


def accuracy_at(coverage: float, confidence: Floats, right: Booleans) -> Statistic:
    """The share right among the surest questions that make up `coverage` of all, rounded up to a whole one."""
    groups = _Groups(confidence)

    def resampled(counts: Floats) -> Floats:
        size, correct = groups.sums(counts), groups.sums(counts * right)
        mean = np.nan_to_num(ratio(correct, size))
        since = np.cumsum(size, axis=1) - size
        taken = np.ceil(np.round(coverage * size.sum(axis=1, keepdims=True), 9))
        return ratio((np.clip(taken - since, 0, size) * mean).sum(axis=1), taken[:, 0])

    return Statistic(len(confidence), resampled)


def brier(confidence: Floats, right: Booleans) -> Statistic:
    """The mean squared difference of confidence and being right (1) or not (0): Brier (1950)."""
    squares = (confidence - right) ** 2
    return Statistic(len(confidence), lambda counts: ratio(counts @ squares, counts.sum(axis=1)))


def ece(confidence: Floats, right: Booleans) -> Statistic:
    """The expected calibration error: |mean confidence - share right| in ten bins of equal width, by their size.

    Naeini, Cooper and Hauskrecht (2015), AAAI; Guo et al. (2017), arXiv:1706.04599, equation 3.
    """
    member = np.eye(BINS)[bin_of(confidence)]
    gaps = member * (confidence - right)[:, None]

    def resampled(counts: Floats) -> Floats:
        return ratio(np.abs(counts @ gaps).sum(axis=1), counts.sum(axis=1))

    return Statistic(len(confidence), resampled)


def bin_of(confidence: Floats) -> NDArray[np.int64]:
    """The bin of each confidence: [0, 0.1), [0.1, 0.2) … [0.9, 1]."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def risk_coverage(confidence: Floats, right: Booleans) -> list[tuple[float, float, float]]:
    """The points (coverage, risk, confidence) of the risk-coverage curve, one for each confidence that occurs."""
    groups = _Groups(confidence)
    once = np.ones((1, len(confidence)))
    until = np.cumsum(groups.sums(once)[0])
    wrong = np.cumsum(groups.sums(once * ~right)[0])
    levels = confidence[groups.order][groups.starts]
    return list(zip((until / len(confidence)).tolist(), (wrong / until).tolist(), levels.tolist(), strict=True))


class _Groups:
    """Questions of equal confidence, surest first."""

    def __init__(self, confidence: Floats) -> None:
        self.order = np.argsort(-confidence, kind="stable")
        _, self.starts = np.unique(-confidence[self.order], return_index=True)

    def sums(self, counts: Floats) -> Floats:
        """Sums of the columns of each group, shape [resamples, groups]."""
        summed: Floats = np.add.reduceat(counts[:, self.order], self.starts, axis=1)
        return summed
