from pathlib import Path

import numpy as np
import pytest

from chatbot.bm25 import AllScores, Bm25

TEXTS = ["There are more than 4.000 IT systems.", "Ministeriet blev oprettet i 2022.", "Nothing in common."]
LANGUAGES = ["en", "da", "en"]


@pytest.fixture(scope="module")
def bm25() -> Bm25:
    return Bm25.build(TEXTS, LANGUAGES)


@pytest.mark.parametrize(("question", "row"), [("Which system?", 0), ("Hvor mange systemer?", 0), ("ministerier", 1)])
def test_a_question_finds_other_forms_of_its_words_in_both_languages(bm25: Bm25, question: str, row: int) -> None:
    assert bm25.matches(question).best(1).tolist() == [row]


@pytest.mark.parametrize("question", ["", "zzz", "the of and", "!?"])
def test_a_question_without_a_known_word_matches_nothing(bm25: Bm25, question: str) -> None:
    assert bm25.matches(question).best(3).tolist() == []
    assert not bm25.matches(question).of([0, 1, 2]).any()


def test_a_word_that_no_passage_has_halves_the_score_of_the_one_that_all_of_it_is_about(bm25: Bm25) -> None:
    whole, half = (bm25.matches(question).of([2])[0] for question in ("common", "common xylophone"))
    assert 0 < half <= whole / 2


def test_what_was_saved_scores_the_same_and_is_mapped(bm25: Bm25, tmp_path: Path) -> None:
    bm25.save(tmp_path)
    opened = Bm25.open(tmp_path)
    assert np.array_equal(opened.matches("4.000 systems").of([0, 1, 2]), bm25.matches("4.000 systems").of([0, 1, 2]))
    assert isinstance(opened.weights.base, np.memmap)


def test_passages_without_words_are_no_obstacle() -> None:
    nothing = Bm25.build(["…", "the"], ["en", "xx"])
    assert nothing.matches("the …").best(2).tolist() == []


def test_the_best_of_many_are_those_a_full_sort_would_give() -> None:
    scores = np.random.default_rng(1).random(1000).astype(np.float32)
    best = AllScores(scores).best(17)
    assert sorted(best.tolist()) == sorted(np.argsort(-scores)[:17].tolist())
