from chatbot.lexical import numbers, words


def test_numbers_stay_whole_and_stop_words_of_both_languages_go() -> None:
    assert words("Der er 4.000 it-systemer i the state") == ["4.000", "systemer", "state"]


def test_numbers_are_the_same_with_either_separator() -> None:
    assert numbers("more than 4.000 in 2018, 2020") == numbers("4,000 systems; 2018-2020") == {"4000", "2018", "2020"}
