"""Fits the confidence: a logistic regression from a few figures to whether the best sentence answered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from chatbot.arrays import Floats
from chatbot.confidence import FEATURES
from chatbot.evaluation.calibration import ece

_PENALTY = 1e-4


@dataclass(frozen=True)
class Observation:
    """One question that neither head nor answerability model had seen, and what became of it.

    Attributes:
        right: the best sentence answered it.
        group: `near` where what cannot be answered is about the same paragraph, `far` where its article is gone.
    """

    figures: NDArray[np.float64]
    right: bool
    answerable: bool
    group: str
    article: str
    language: str


@dataclass(frozen=True)
class Fitted:
    """The regression, and by cross-validation over articles how well it tells and how true its chances are."""

    coefficients: Floats
    intercept: Floats
    report: dict[str, float]


def fit_confidence(observations: Sequence[Observation]) -> Fitted:
    """Fit the figures' proportions on near and far questions alike, then the scale on the far ones."""
    values = np.stack([observation.figures for observation in observations])
    right = np.array([observation.right for observation in observations])
    near = np.array([observation.group == "near" for observation in observations])
    articles = [observation.article for observation in observations]
    chances = np.zeros(len(right))
    for train, test in GroupKFold(5).split(values, right, articles):
        coefficients, intercept = _fit(values[train], right[train], near[train])
        chances[test] = expit(values[test] @ coefficients + intercept)
    coefficients, intercept = _fit(values, right, near)
    report = _report(observations, chances)
    return Fitted(coefficients.astype(np.float32), np.asarray(intercept, np.float32), report)


def _fit(
    values: NDArray[np.float64], right: NDArray[np.bool_], near: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """The coefficients that tell right answers best, near misses as important as all else, scaled to chances.

    The scale is Platt's (1999, Probabilistic outputs for support vector machines): a regression on the one figure.
    It is fitted on the far questions alone, since nobody asks near misses half of the time.
    """
    weights = np.where(near, 0.5 / near.sum(), 0.5 / (~near).sum())
    coefficients, _ = _regression(values, right, weights)
    far = (values[~near] @ coefficients)[:, None]
    ((scale,), intercept) = _regression(far, right[~near], np.full(len(far), 1 / len(far)))
    return coefficients * scale, intercept


def _regression(
    values: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Logistic regression without negative coefficients: all figures speak for the answer, and where they
    overlap, freely chosen signs would fit this corpus and mislead on the next."""
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = (values - mean) / scale
    signs = np.where(right, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (scaled @ parameters[:-1] + parameters[-1])
        slopes = -weights * signs * expit(-margins)
        penalty = _PENALTY * parameters[:-1]
        gradient = np.append(slopes @ scaled + penalty, slopes.sum())
        return float(weights @ np.logaddexp(0, -margins) + penalty @ parameters[:-1] / 2), gradient

    count = values.shape[1]
    bounds = [(0.0, None)] * count + [(None, None)]
    found = minimize(loss, np.zeros(count + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    coefficients = found[:-1] / scale
    return coefficients, float(found[-1] - coefficients @ mean)


def _report(observations: Sequence[Observation], chances: NDArray[np.float64]) -> dict[str, float]:
    values = np.stack([observation.figures for observation in observations])
    right = np.array([observation.right for observation in observations])
    answerable = np.array([observation.answerable for observation in observations])
    groups = np.array([f"{observation.group}, {observation.language}" for observation in observations])
    report: dict[str, float] = {}
    for name in sorted(set(groups.tolist())):
        chosen = groups == name
        report[f"{name}: right of answerable"] = float(right[chosen & answerable].mean())
        report[f"{name}: auroc"] = float(roc_auc_score(answerable[chosen], chances[chosen]))
        report[f"{name}: ece"] = ece(chances[chosen], right[chosen]).value
        for position, feature in enumerate(FEATURES):
            auroc = roc_auc_score(answerable[chosen], values[chosen, position])
            report[f"{name}: auroc of {feature} alone"] = float(auroc)
    return report
