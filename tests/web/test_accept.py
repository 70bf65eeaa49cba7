import pytest

from chatbot.web.accept import preferred_language


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("en-GB,en;q=0.9,da;q=0.8", "en"),
        ("de-DE,de;q=0.9,en;q=0.2,da;q=0.3", "da"),
        ("DA", "da"),
        ("da;q=0, en;q=0.1", "en"),
        ("en, da", "en"),
        ("da, en", "da"),
    ],
)
def test_the_browser_s_choice_comes_first(header: str, expected: str) -> None:
    assert preferred_language(header, "da" if expected == "en" else "en") == expected


@pytest.mark.parametrize("header", [None, "", "*", "fr", "dansk", "da;q=x", ";;,=,q", "\x00", "da" * 10_000])
def test_without_a_choice_between_the_two_the_default_holds(header: str | None) -> None:
    assert preferred_language(header, "da") == "da"
    assert preferred_language(header, "en") == "en"
