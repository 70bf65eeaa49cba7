import pytest

from chatbot.writing.quantities import missing, quantities


@pytest.mark.parametrize(
    ("one", "language", "other", "its"),
    [
        ("4.000 systems", "en", "4,000 systems", "en"),
        ("4.000 systems", "en", "four thousand systems", "en"),
        ("4 000 systems", "en", "fire tusinde systemer", "da"),
        ("77%", "en", "77 procent", "da"),
        ("77 per cent", "en", "syvoghalvfjerds pct.", "da"),
        ("2.5 million", "en", "2,5 mio.", "da"),
        ("December 15th 2022", "en", "den 15. december 2022", "da"),
        ("1 March 2018", "en", "1. marts 2018", "da"),
        ("two hundred and five", "en", "205", "da"),
        ("the third of twenty-five", "en", "den tredje af femogtyve", "da"),
    ],
)
def test_the_same_quantity_is_the_same_however_it_is_written(one: str, language: str, other: str, its: str) -> None:
    assert quantities(one, language)
    assert quantities(one, language) == quantities(other, its)


def test_a_numeric_date_has_its_month() -> None:
    assert not missing(quantities("1 March 2018", "en"), quantities("2018-03-01", "en"))
    assert not missing(quantities("den 1. marts 2018", "da"), quantities("1.3.2018", "da"))


@pytest.mark.parametrize("text", ["4.001", "400", "four hundred", "4.000%", "4,000,000", "4.000.1", "forty"])
def test_another_number_is_another(text: str) -> None:
    assert missing(quantities(text, "en"), quantities("4.000 systems", "en"))


def test_digits_of_other_scripts_are_digits_and_prepositions_are_no_numbers() -> None:
    assert quantities("１２ and ٤", "en") == {"12", "4"}
    assert quantities("to one of them, who may", "en") == frozenset()
    assert quantities("to ministre", "da") == {"2"}


def test_a_percentage_gives_its_number_but_a_number_gives_no_percentage() -> None:
    assert missing(frozenset({"77"}), frozenset({"77%"})) == frozenset()
    assert missing(frozenset({"77%"}), frozenset({"77"})) == {"77%"}
