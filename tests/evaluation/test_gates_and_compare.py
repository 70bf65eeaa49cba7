"""Gates on one run, and the comparison of two."""

import pytest

from chatbot.errors import ChatbotError
from chatbot.evaluation.compare import compare, drops
from chatbot.evaluation.figures import score
from chatbot.evaluation.gates import GateSyntaxError, failures, parse_gate, parse_limit
from chatbot.evaluation.rows import Row
from tests.evaluation.build import row


def _run(right: int, false: int, latency: float = 10) -> list[Row]:
    """Ten answerable questions, `right` of them right, and ten others, `false` of them answered."""
    wrong = "The tower is 74 metres high."
    answered = [
        row(f"a{number}", said=None if number >= right else "built in 1903", latency=latency) for number in range(10)
    ]
    others = [
        row(f"u{number}", answerable=False, said=wrong if number < false else None, kind="near-topic", latency=latency)
        for number in range(10)
    ]
    return [*answered, *others]


@pytest.mark.parametrize(
    ("gate", "failure"),
    [
        ("accuracy>=0.9", None),
        ("accuracy > 0.9", "The gate accuracy>0.9 fails: accuracy is 0.9."),
        ("kind=near-topic:false_answer_rate<=0.2", None),
        ("kind=near-topic:false_answer_rate<0.2", "near-topic:false_answer_rate is 0.2."),
        ("kind=near-topic:accuracy>=0.1", "accuracy does not apply to these questions."),
        ("language=fr:accuracy>=0.1", "the run has no slice language=fr."),
        ("hit@1>=1", None),
    ],
)
def test_gates(gate: str, failure: str | None) -> None:
    found = failures([parse_gate(gate)], score(_run(9, 2)))
    if failure is None:
        assert found == []
    else:
        assert len(found) == 1
        assert failure in found[0]


@pytest.mark.parametrize("text", ["accurracy>=0.9", "accuracy", "accuracy=0.9", "accuracy>=high", "ece<=nan", ""])
def test_gates_that_cannot_be_understood(text: str) -> None:
    with pytest.raises(GateSyntaxError):
        parse_gate(text)


def test_an_unknown_metric_is_answered_with_the_known_ones() -> None:
    with pytest.raises(GateSyntaxError, match=r"no metric «acuracy».*false_answer_rate"):
        parse_limit("acuracy=0.1")


@pytest.mark.parametrize("text", ["answer_sentences=1", "accuracy=-0.1", "accuracy=", "accuracy"])
def test_limits_that_cannot_be_understood(text: str) -> None:
    with pytest.raises(GateSyntaxError):
        parse_limit(text)


def test_differences_are_paired_and_signed() -> None:
    comparison = compare(_run(9, 2), _run(6, 2, latency=12))
    accuracy = comparison.differences["accuracy"]
    assert (accuracy.a, accuracy.b, accuracy.value) == (0.9, 0.6, -0.3)
    assert accuracy.low < -0.3 < accuracy.high <= 0
    assert accuracy.worsening("accuracy") == pytest.approx(0.3)
    latency = comparison.differences["latency_p50_ms"]
    assert (latency.value, latency.low, latency.high) == (2, 2, 2)
    assert latency.worsening("latency_p50_ms") == 2
    assert [(change.id, change.before, change.after) for change in comparison.changed] == [
        (f"a{number}", "right", "refused") for number in (6, 7, 8)
    ]


def test_a_run_does_not_differ_from_itself() -> None:
    comparison = compare(_run(9, 2), _run(9, 2)[::-1])
    assert all((found.value, found.low, found.high) == (0, 0, 0) for found in comparison.differences.values())
    assert comparison.changed == ()


def test_the_same_change_in_every_question_has_no_spread() -> None:
    """Paired: an unpaired interval would be as wide as that of the hardest questions."""
    comparison = compare(_run(9, 0), _run(9, 10))
    difference = comparison.slices["kind=near-topic"]["false_answer_rate"]
    assert (difference.value, difference.low, difference.high) == (1, 1, 1)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("accuracy=0.3", []),
        ("accuracy=0.29", ["accuracy got worse by 0.3, from 0.9 to 0.6; at most 0.29 is allowed."]),
        ("false_answer_rate=0.05", ["false_answer_rate got worse by 0.1, from 0.2 to 0.3; at most 0.05 is allowed."]),
        ("kind=near-topic:false_answer_rate=0.1", []),
        ("kind=direct:accuracy=0", ["accuracy got worse in kind=direct by 0.3"]),
        ("kind=typo:accuracy=0", ["The runs have no slice kind=typo."]),
        ("citation_exact=0", []),
        ("kind=near-topic:accuracy=0", ["accuracy does not apply to both runs in kind=near-topic."]),
    ],
)
def test_limits(limit: str, said: list[str]) -> None:
    found = drops(compare(_run(9, 2), _run(6, 3)), [parse_limit(limit)])
    assert len(found) == len(said)
    assert all(found[number].startswith(start) for number, start in enumerate(said))


def test_a_limit_without_a_metric_holds_every_share_and_score() -> None:
    found = drops(compare(_run(9, 2), _run(6, 2, latency=900)), [parse_limit("0.2")])
    assert any(sentence.startswith("accuracy got worse") for sentence in found)
    assert not any("latency" in sentence for sentence in found)


def test_getting_better_is_never_a_drop() -> None:
    assert drops(compare(_run(6, 3), _run(9, 0)), [parse_limit("0")]) == []


def test_runs_over_different_questions_are_refused() -> None:
    with pytest.raises(ChatbotError, match="10 in common, 10 only in the first and 0 only in the second"):
        compare(_run(9, 2), _run(9, 2)[:10])
    with pytest.raises(ChatbotError, match="1 of 1 are worded or labelled otherwise, the first of them q1"):
        compare([row(question="Where?")], [row(question="When?")])
