"""Which of the two languages a question is in."""

from functools import cache
from typing import Any, Literal, get_args

Language = Literal["en", "da"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# Below this probability a text is too short or too mixed to tell; the fallback decides.
_SURE = 0.8
_BEGINNING = 5000
# The same among all languages, where mass is spread over dozens of neighbours.
_TOLD = 0.3
_LIKE_DANISH = frozenset({"no", "nb", "nn"})


def shown_language(text: str) -> Language | None:
    """English or Danish, or None where the text does not show it ("MitID", "77%")."""
    code, probability = _identifier().classify(text)
    if probability < _SURE:
        return None
    return "da" if code == "da" else "en"


def detect_language(text: str, fallback: Language) -> Language:
    """English or Danish, or `fallback` where the text does not show it."""
    return shown_language(text) or fallback


def language_of(text: str) -> Language:
    """The language of a document, by how it begins."""
    return detect_language(text[:_BEGINNING], fallback="en")


def is_in(text: str, language: Language) -> bool:
    """Whether a text is in this language, among all that there are."""
    code, probability = _identifier(None).classify(text)
    # Too short or too mixed to tell, and Norwegian, which the identifier keeps taking Danish for, are let pass.
    return probability < _TOLD or code == language or (language == "da" and code in _LIKE_DANISH)


def any_language(text: str) -> str:
    """The ISO 639-1 code of a text's language, among the 97 that py3langid knows."""
    return str(_identifier(None).classify(text)[0])


@cache
def _identifier(languages: tuple[str, ...] | None = ("da", "en")) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        identifier.set_languages(list(languages))
    return identifier
