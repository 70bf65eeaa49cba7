import pytest

from chatbot.language import detect_language
from chatbot.question import clean, has_personal_number, refusal, without_greeting


@pytest.mark.parametrize("text", ["0102031234", "mit cpr er 010203-1234.", "311299 1234", "Er 610203-1234 ugyldigt?"])
def test_a_personal_number_is_recognised(text: str) -> None:
    assert has_personal_number(text)


@pytest.mark.parametrize(
    "text",
    ["4.000 systems", "+45 33 92 52 00", "in 2018, 2020 and 2022", "9999991234", "12345678", "010203-12345", "1e10"],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not has_personal_number(text)


def test_a_question_is_cleaned_of_what_cannot_be_seen() -> None:
    assert clean("  Who\x00 is\u202e the\n\tminister\U000e0041?\ud800 ") == "Who is the minister?"


def test_a_question_that_is_not_used_is_told_why_in_its_language() -> None:
    assert refusal("", "en", 1000) == "Write a question first."
    assert refusal("x" * 1240, "en", 1000) == "Please keep it under 1,000 characters (now 1,240)."
    assert refusal("x" * 1240, "da", 1000) == "Hold det venligst under 1.000 tegn (nu 1.240)."
    assert (
        refusal("010203-1234", "da", 1000) == "Det ligner et CPR-nummer. Udelad det venligst; jeg har ikke brugt det."
    )
    assert refusal("x" * 1000, "en", 1000) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hvem er minister?", "da"),
        ("Og i EU?", "da"),
        ("grøn omstilling", "da"),
        ("Who is the minister?", "en"),
        ("and in the EU?", "en"),
    ],
)
def test_the_language_of_a_question_is_recognised(text: str, language: str) -> None:
    assert detect_language(text, "en") == language
    assert detect_language(text, "da") == language


@pytest.mark.parametrize("text", ["MitID", "77%", "Digital Post", "minister"])
def test_a_question_that_shows_no_language_gets_the_fallback(text: str) -> None:
    assert detect_language(text, "en") == "en"
    assert detect_language(text, "da") == "da"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hi, who is the minister?", "who is the minister?"),
        ("Hi there, who is she?", "who is she?"),
        ("Hej hvem er minister?", "hvem er minister?"),
        ("Good morning! What is MitID?", "What is MitID?"),
        ("Hiring of staff", "Hiring of staff"),
        ("Hello", "Hello"),
    ],
)
def test_a_greeting_is_no_part_of_the_question_behind_it(said: str, asked: str) -> None:
    assert without_greeting(said) == asked
