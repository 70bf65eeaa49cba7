import string
from dataclasses import asdict
from importlib.resources import files

import pytest
from pydantic import ValidationError

from chatbot.language import LANGUAGES, Language
from chatbot.phrases import read_texts, texts


def toml(language: Language) -> str:
    return files("chatbot").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_of_a_language_are_complete(language: Language) -> None:
    assert read_texts(toml(language)) == texts(language)
    assert all(asdict(texts(language).phrases).values())


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ('ask = "Ask"\n', ""),
        ('ask = "Ask"\n', "ask = 1\n"),
        ('ask = "Ask"\n', 'ask = ["Ask"]\n'),
        ('ask = "Ask"\n', 'ask = "Ask"\nanswer = "Answer"\n'),
        ('tag = "The tag"\n', 'tag = "The tag"\ntags = "The tags"\n'),
        ('reply = "Goodbye."\n', ""),
        ("greetings = [", "greeting = ["),
    ],
)
def test_a_missing_surplus_or_mistyped_text_is_an_error(text: str, instead: str) -> None:
    content = toml("en")
    assert content.count(text) == 1
    with pytest.raises(ValidationError):
        read_texts(content.replace(text, instead))


def test_both_languages_have_the_same_steps_options_and_pleasantries() -> None:
    english, danish = texts("en"), texts("da")
    assert english.phrases.steps.keys() == danish.phrases.steps.keys()
    assert english.demo.options.keys() == danish.demo.options.keys()
    assert english.demo.choices.keys() == danish.demo.choices.keys()
    assert english.pleasantries.keys() == danish.pleasantries.keys()


def test_both_languages_fill_in_the_same() -> None:
    english, danish = asdict(texts("en").phrases), asdict(texts("da").phrases)
    assert {name: filled(text) for name, text in english.items() if isinstance(text, str)} == {
        name: filled(text) for name, text in danish.items() if isinstance(text, str)
    }


def filled(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
