from pathlib import Path

import numpy as np

from chatbot.lexical import Bm25, numbers, words

TEXTS = ["There are more than 4.000 IT systems.", "Ministeriet blev oprettet i 2022.", "Nothing in common."]
LANGUAGES = ["en", "da", "en"]


def test_numbers_stay_whole_and_stop_words_of_both_languages_go() -> None:
    assert words("Der er 4.000 it-systemer i the state") == ["4.000", "systemer", "state"]


def test_numbers_are_the_same_with_either_separator() -> None:
    assert numbers("more than 4.000 in 2018, 2020") == numbers("4,000 systems; 2018-2020") == {"4000", "2018", "2020"}


def test_a_question_finds_other_forms_of_its_words_in_both_languages() -> None:
    bm25 = Bm25.build(TEXTS, LANGUAGES)
    assert bm25.scores("Which system?").argmax() == 0
    assert bm25.scores("Hvor mange systemer?").argmax() == 0
    assert bm25.scores("ministerier").argmax() == 1


def test_a_question_without_a_known_word_scores_nothing() -> None:
    bm25 = Bm25.build(TEXTS, LANGUAGES)
    for question in ("", "zzz", "the of and", "!?"):
        assert not bm25.scores(question).any()


def test_what_was_saved_scores_the_same_and_holds_no_pickle(tmp_path: Path) -> None:
    bm25 = Bm25.build(TEXTS, LANGUAGES)
    bm25.save(tmp_path)
    assert np.array_equal(Bm25.load(tmp_path).scores("4.000 systems"), bm25.scores("4.000 systems"))
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".pkl", ".pickle")]


def test_passages_without_words_are_no_obstacle() -> None:
    assert Bm25.build(["…", "the"], ["en", "xx"]).scores("the …").shape == (2,)
