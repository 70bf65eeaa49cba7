"""The metrics against hand-worked rows."""

import math

import numpy as np
import pytest
from scipy.stats import bootstrap

from chatbot.answer import Status
from chatbot.evaluation.bootstrap import distributions, interval, mean, percentile
from chatbot.evaluation.figures import Figures, score
from chatbot.evaluation.metrics import METRICS, statistics, tabulate
from chatbot.evaluation.rows import Row
from chatbot.evaluation.verdicts import judge
from tests.evaluation.build import TEXT, place, row

ROWS = [
    row("right", said="It was built in 1903 by Ida Holm.", found=(0, 1, 2), relevant=(0,), latency=10),
    row("wrong", said="The tower is 74 metres high.", confidence=0.7, clear=False, found=(5, 0), latency=20),
    row("refused", said=None, confidence=0.3, would_say="built in 1903", found=(1, 2, 3), latency=30),
    row("no", answerable=False, said=None, confidence=0.2, kind="near-topic", latency=40),
    row("yes", answerable=False, said="The tower is 74 metres high.", confidence=0.8, kind="near-topic", latency=50),
    row("hello", answerable=False, said=None, confidence=None, kind="small-talk", status=Status.SMALL_TALK, latency=60),
]


def _values(rows: list[Row]) -> dict[str, float]:
    return {name: figure.value for name, figure in score(rows).metrics.items()}


def test_every_metric_by_hand() -> None:
    values = _values(ROWS)
    of_a_language_model = {"written_share", "dropped_share", "tokens"}
    assert list(values) == [name for name in METRICS if name not in of_a_language_model]
    # Ranks of the right passage among the three answerable questions: 1, 2, none.
    assert values["hit@1"] == pytest.approx(1 / 3, abs=1e-6)
    assert values["hit@5"] == values["hit@10"] == pytest.approx(2 / 3, abs=1e-6)
    assert values["mrr@10"] == pytest.approx((1 + 1 / 2) / 3, abs=1e-6)
    assert values["ndcg@10"] == pytest.approx((1 + 1 / math.log2(3)) / 3, abs=1e-6)
    assert values["accuracy"] == pytest.approx(1 / 3, abs=1e-6)
    # Exact match: the two refusals that are right. F1: those, and 1903 among eight words (P 1/8, R 1, F1 2/9).
    assert values["exact_match"] == pytest.approx(2 / 6, abs=1e-6)
    assert values["f1"] == pytest.approx((2 + 2 / 9) / 6, abs=1e-6)
    assert values["citation_exact"] == 1
    assert values["citation_evidence"] == 0.5
    assert values["false_answer_rate"] == pytest.approx(1 / 3, abs=1e-6)
    assert values["false_refusal_rate"] == pytest.approx(1 / 3, abs=1e-6)
    # Confidences 0.9 0.7 0.3 against 0.2 0.8 0: of nine pairs 3 + 2 + 2 are won.
    assert values["auroc"] == pytest.approx(7 / 9, abs=1e-6)
    # The same against 0.2 and 0.8 alone.
    assert values["auroc_near"] == pytest.approx(4 / 6, abs=1e-6)
    # By confidence: right, false answer, wrong, withheld but right, two that cannot be right.
    assert values["aurc"] == pytest.approx(np.mean([0, 1 / 2, 2 / 3, 2 / 4, 3 / 5, 4 / 6]), abs=1e-6)
    assert values["brier"] == pytest.approx((0.01 + 0.64 + 0.49 + 0.49 + 0.04 + 0) / 6, abs=1e-6)
    assert values["ece"] == pytest.approx((0.1 + 0.8 + 0.7 + 0.7 + 0.2 + 0) / 6, abs=1e-6)
    assert values["clear_share"] == pytest.approx(1 / 3, abs=1e-6)
    assert values["accuracy_at_80"] == values["accuracy_at_90"] == pytest.approx(2 / 3, abs=1e-6)
    assert values["answer_sentences"] == 1
    assert (values["latency_p50_ms"], values["latency_p95_ms"]) == (35, 57.5)


def test_what_does_not_apply_is_left_out() -> None:
    unanswerable = _values([found for found in ROWS if not found.question.answerable])
    missing = {
        "accuracy",
        "auroc",
        "aurc",
        "false_refusal_rate",
        "hit@1",
        "ndcg@10",
        "accuracy_at_80",
        "citation_evidence",
    }
    assert not missing & unanswerable.keys()
    assert unanswerable["false_answer_rate"] == pytest.approx(1 / 3, abs=1e-6)
    answerable = _values([found for found in ROWS if found.question.answerable])
    assert not {"false_answer_rate", "auroc", "auroc_near"} & answerable.keys()


def test_questions_without_known_evidence_do_not_count_in_retrieval() -> None:
    values = _values([*ROWS, row("unplaced", relevant=(), found=(7,))])
    assert values["hit@5"] == pytest.approx(2 / 3, abs=1e-6)
    assert "hit@1" not in _values([row("unplaced", relevant=())])


def test_the_right_passage_beyond_the_first_ten_does_not_count() -> None:
    values = _values([row(found=range(1, 11), relevant=(0,)), row("tenth", found=(*range(1, 10), 0), relevant=(0,))])
    assert values["hit@10"] == 0.5
    assert values["mrr@10"] == pytest.approx(0.05)


def test_ndcg_of_two_relevant_passages() -> None:
    # Found at 2 and 4 where 1 and 2 would be best.
    value = _values([row(found=(9, 0, 8, 1), relevant=(0, 1))])["ndcg@10"]
    assert value == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)), abs=1e-6)


def test_slices_are_named_and_judged_by_themselves() -> None:
    slices = score(ROWS).slices
    assert list(slices) == [
        "answerable=false",
        "answerable=true",
        "language=en",
        "kind=direct",
        "kind=near-topic",
        "kind=small-talk",
    ]
    # Without answerable questions, being clear is counted over all questions of the slice.
    assert slices["kind=near-topic"]["clear_share"].value == 0.5
    assert slices["kind=small-talk"]["false_answer_rate"].value == 0
    assert "accuracy" not in slices["kind=near-topic"]


def test_a_quote_that_is_not_verbatim_shows() -> None:
    assert _values([row(), row("b", exact=False)])["citation_exact"] == 0.5
    two = row().observation.model_copy(update={"exact": (True, False)})
    assert judge(two).verdicts.citation_exact is False


def test_a_refusal_is_never_right_whatever_its_words() -> None:
    refused = row(said=None, would_say="no answer to that", answers=("no answer to that",))
    assert (refused.verdicts.right, refused.verdicts.best_right) == (False, True)


def test_a_quote_holds_the_evidence_or_lies_in_it() -> None:
    quote = "It was built in 1903 by Ida Holm."
    observation = row(said=quote).observation
    start = TEXT.index(quote)
    for first, last, cited in ((0, len(TEXT), True), (start + 3, start + 6, True), (0, start + 6, False)):
        found = judge(observation.model_copy(update={"evidence": (place(first, last),)}))
        assert found.verdicts.citation_evidence is cited


def test_figures_are_the_same_again_and_survive_json() -> None:
    once, twice = score(ROWS), score([Row.model_validate_json(found.model_dump_json()) for found in ROWS])
    assert once == twice
    assert Figures.model_validate_json(once.model_dump_json()) == once


def test_figures_do_not_depend_on_the_order_of_the_rows() -> None:
    assert _values(ROWS) == _values(ROWS[::-1])


def test_every_statistic_over_the_questions_once_is_its_value() -> None:
    table = tabulate(ROWS)
    for name, statistic in statistics(table).items():
        assert statistic.resampled(np.ones((1, len(table))))[0] == pytest.approx(statistic.value), name


def test_percentiles_of_a_resample_are_those_of_numpy() -> None:
    values = np.array([30.0, 10.0, 20.0, 80.0])
    counts = np.array([[1, 1, 1, 1], [0, 2, 2, 0], [3, 0, 0, 1]], float)
    for quantile in (0.5, 0.95, 0.99):
        found = percentile(values, quantile).resampled(counts)
        expected = [np.quantile(np.repeat(values, drawn.astype(int)), quantile) for drawn in counts]
        assert found == pytest.approx(expected)


def test_intervals_are_those_of_scipy() -> None:
    values = np.random.default_rng(5).uniform(size=200)
    statistic = mean(values)
    assert statistic
    low, high = interval(distributions({"mean": statistic}, 200)["mean"], statistic.value)
    theirs = bootstrap((values,), np.mean, method="percentile", n_resamples=5000, rng=1).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.004)
