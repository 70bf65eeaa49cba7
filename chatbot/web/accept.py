"""Which language a visitor is met in: the browser's choice."""

from chatbot.language import LANGUAGES, Language


def preferred_language(accept_language: str | None, default: Language) -> Language:
    """Danish or English, whichever an Accept-Language header ranks higher; `default` where it names neither."""
    weights: dict[Language, float] = {}
    for entry in (accept_language or "").split(","):
        tag, *parameters = (part.strip().lower() for part in entry.split(";"))
        weight = _weight(parameters)
        for language in LANGUAGES:
            if weight > 0 and tag.split("-")[0] == language:
                weights[language] = max(weight, weights.get(language, 0))
    # `max` keeps the first of equals, and the header lists what is liked best first.
    return max(weights, key=lambda language: weights[language], default=default)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
