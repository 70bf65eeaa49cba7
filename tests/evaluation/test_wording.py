"""Exact match, F1 and containment against hand-worked examples of SQuAD's definition."""

import pytest

from chatbot.evaluation.wording import contains, exact_match, f1, normalise


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The Norman  dynasty.", "norman dynasty"),
        ("an apple a day", "apple day"),
        ("4.000 IT-systems", "4000 itsystems"),
        ("Theatre", "theatre"),
        ("the", ""),
    ],
)
def test_normalise(text: str, normalised: str) -> None:
    assert normalise(text) == normalised


@pytest.mark.parametrize(
    ("prediction", "answers", "matched", "overlap"),
    [
        ("The Denver Broncos", ["Denver Broncos"], 1, 1),
        # Two of four words are right, and both expected ones are there: P = 1/2, R = 1, F1 = 2/3.
        ("Denver Broncos won it", ["Denver Broncos"], 0, 2 / 3),
        # The best of several answers counts.
        ("in 1903", ["the year 1903", "1903"], 0, 2 / 3),
        # A word counts as often as it stands in both: P = 1/3, R = 1.
        ("no no no", ["no"], 0, 1 / 2),
        ("elsewhere", ["Denver"], 0, 0),
        # SQuAD 2.0: without an answer only the empty prediction is right.
        ("", [], 1, 1),
        ("Denver", [], 0, 0),
        ("", ["Denver"], 0, 0),
        ("the", ["Denver"], 0, 0),
        # Answers that normalise to nothing are no answers.
        ("", ["the"], 1, 1),
    ],
)
def test_exact_match_and_f1(prediction: str, answers: list[str], matched: float, overlap: float) -> None:
    assert exact_match(prediction, answers) == matched
    assert f1(prediction, answers) == pytest.approx(overlap)


@pytest.mark.parametrize(
    ("text", "answer", "inside"),
    [
        ("built in 2018.", "2018", True),
        ("number 20180", "2018", False),
        ("more than 4.000 systems", "4,000", True),
        ("more than 4.000 systems", "4", False),
        ("more than 4.000 systems", "000", False),
        ("the years 2022-2025, as planned", "2025", True),
        ("Denmark’s ministry", "Denmark", True),
        ("the U.S. market", "US", True),
        ("THE Ministry of the Environment", "ministry of environment", True),
        ("Environment and Ministry", "ministry and environment", False),
        ("gade og vej", "vej", True),
        ("grade a or b", "A", True),
        ("anything", " ", False),
    ],
)
def test_contains(text: str, answer: str, *, inside: bool) -> None:
    assert contains(text, answer) is inside
