"""Which of the two languages a question is in."""

from functools import cache
from typing import Any, Literal

Language = Literal["en", "da"]

# Below this probability a text is too short or too mixed to tell; the fallback decides.
_SURE = 0.8
_BEGINNING = 5000


def detect_language(text: str, fallback: Language) -> Language:
    """English or Danish, or `fallback` where the text does not show it ("MitID", "77%")."""
    code, probability = _identifier().classify(text)
    if probability < _SURE:
        return fallback
    return "da" if code == "da" else "en"


def language_of(text: str) -> Language:
    """The language of a document, by how it begins."""
    return detect_language(text[:_BEGINNING], fallback="en")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["da", "en"])
    return identifier
