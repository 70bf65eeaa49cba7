"""A follow-up that a language model made stand alone, used only where it asks the same in the conversation's words."""

from collections.abc import Sequence

from chatbot.language import Language, is_in
from chatbot.lexical import stems
from chatbot.question import clean
from chatbot.writing.names import Known, has_strange_address, has_strange_name
from chatbot.writing.quantities import missing, quantities

_LONGEST = 300


def condensed(said: str, question: str, language: Language, before: Sequence[tuple[str, str]]) -> str | None:
    """What the model said, if it is one short question in the same language that keeps every word of the follow-up that
    says something and has every name and number from the conversation; else None.

    Args:
        said: by the model.
        question: the follow-up.
        language: of the follow-up.
        before: earlier questions with what was said to them.
    """
    text = clean(said).strip(" \"'“”»«*")
    conversation = "\n".join((question, *(f"{asked}\n{told}" for asked, told in before)))
    if not text.endswith("?") or len(text) > _LONGEST or text.count("?") > 1 or not is_in(text, language):
        return None
    if not set(stems(question, (language,))) <= set(stems(text, (language,))):
        return None
    source = Known(conversation)
    first, _, others = text.partition(" ")
    if has_strange_name(f"{first.lower()} {others}", source) or has_strange_address(text, source):
        return None
    given = quantities(conversation, language) | quantities(conversation, "en")
    return None if missing(quantities(text, language), given) else text
