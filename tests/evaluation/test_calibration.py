"""The rank and calibration figures against hand-worked examples, brute force and scikit-learn."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from chatbot.evaluation import calibration
from chatbot.evaluation.bootstrap import Statistic, resamples

CONFIDENCE = np.array([0.9, 0.8, 0.8, 0.6, 0.35, 0.2, 0.0, 0.0])
RIGHT = np.array([True, True, False, True, False, True, False, False])


def _area(errors: list[int]) -> float:
    """The mean, over k, of the share wrong among the first k."""
    return float(np.mean(np.cumsum(errors) / np.arange(1, len(errors) + 1)))


def test_aurc_by_hand() -> None:
    # Right, wrong, right: risks 0, 1/2, 1/3.
    found = calibration.aurc(np.array([0.9, 0.5, 0.1]), np.array([True, False, True]))
    assert found.value == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_aurc_of_equal_confidence_is_the_mean_over_all_orders() -> None:
    right = np.array([True, True, False, False, False])
    found = calibration.aurc(np.array([0.9, 0.5, 0.5, 0.5, 0.1]), right)
    orders = [_area([0, *middle, 1]) for middle in permutations([0, 1, 1])]
    assert found.value == pytest.approx(np.mean(orders))


def test_aurc_of_a_resample_is_that_of_the_questions_drawn() -> None:
    counts = next(iter(resamples(len(RIGHT))))[:40]
    whole = calibration.aurc(CONFIDENCE, RIGHT).resampled(counts)
    for drawn, area in zip(counts.astype(int), whole, strict=True):
        again = calibration.aurc(np.repeat(CONFIDENCE, drawn), np.repeat(RIGHT, drawn))
        assert again.value == pytest.approx(area)


def test_auroc_is_that_of_scikit_learn_in_every_resample() -> None:
    found = calibration.auroc(CONFIDENCE, RIGHT)
    assert found
    counts = next(iter(resamples(len(RIGHT))))[:40]
    for weights, value in zip(counts, found.resampled(counts), strict=True):
        if (weights * RIGHT).any() and (weights * ~RIGHT).any():
            assert value == pytest.approx(roc_auc_score(RIGHT, CONFIDENCE, sample_weight=weights))
        else:
            assert np.isnan(value)


def test_auroc_by_hand() -> None:
    # Pairs won: 0.9 beats both, 0.4 beats one and ties with none: 3 of 4.
    found = calibration.auroc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False]))
    assert found
    assert found.value == pytest.approx(3 / 4)


def test_auroc_needs_both_sorts() -> None:
    assert calibration.auroc(CONFIDENCE, np.ones(8, bool)) is None
    assert calibration.auroc(CONFIDENCE, np.zeros(8, bool)) is None


def test_brier_is_that_of_scikit_learn() -> None:
    found = calibration.brier(CONFIDENCE, RIGHT)
    assert found.value == pytest.approx(brier_score_loss(RIGHT, CONFIDENCE))
    assert _at_once(found) == pytest.approx(found.value)


def test_ece_by_hand() -> None:
    # Bin [0.9, 1]: mean confidence 0.95, half right, 2 questions; bin [0.2, 0.3): 0.25, none right, 1 question.
    found = calibration.ece(np.array([0.9, 1.0, 0.25]), np.array([True, False, False]))
    assert found.value == pytest.approx((2 * 0.45 + 0.25) / 3)


def test_a_calibrated_confidence_has_no_error() -> None:
    found = calibration.ece(np.full(4, 0.75), np.array([True, True, True, False]))
    assert found.value == pytest.approx(0)


def test_accuracy_at_coverage_by_hand() -> None:
    # 80% of eight is 6.4, so seven are taken: the six surest hold four right ones, and either 0.0 is wrong.
    assert calibration.accuracy_at(0.8, CONFIDENCE, RIGHT).value == pytest.approx(4 / 7)
    # 50%: four, with three right. A quarter: 0.9, and one of the two at 0.8, of which half are right.
    assert calibration.accuracy_at(0.5, CONFIDENCE, RIGHT).value == pytest.approx(3 / 4)
    assert calibration.accuracy_at(0.25, CONFIDENCE, RIGHT).value == pytest.approx(1.5 / 2)


def test_eighty_percent_of_ten_is_eight() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert calibration.accuracy_at(0.8, np.linspace(1, 0.1, 10), right).value == 1


def test_risk_coverage_has_a_point_for_each_confidence() -> None:
    points = calibration.risk_coverage(CONFIDENCE, RIGHT)
    assert points[:2] == [(1 / 8, 0, 0.9), (3 / 8, pytest.approx(1 / 3), 0.8)]
    assert points[-1] == (1, 0.5, 0)


def _at_once(statistic: Statistic) -> float:
    return float(statistic.resampled(np.ones((1, len(RIGHT))))[0])
