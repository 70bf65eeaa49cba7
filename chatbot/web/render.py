"""The chat page's HTML: what stands around the conversation, and the conversation."""

from collections.abc import Sequence

from chatbot.answer import Answer
from chatbot.language import Language
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web.conversation import Turn
from chatbot.web.exchange import response
from chatbot.web.loading import State
from chatbot.web.templates import filled, shown

# Documents named on the front page; /about has them all.
_LISTED = 50


def header(language: Language, state: State) -> str:
    """The title, what the answers come from once that is known, and the two switches."""
    if state.chatbot is None:
        status = phrases(language).not_ready.format(reference=state.reference)
        return filled("header.html.j2", language, status=status if state.settled else _getting_ready(state, language))
    documents = state.chatbot.documents
    return filled("header.html.j2", language, status=None, documents=documents.entries(_LISTED), count=len(documents))


def examples(language: Language) -> str:
    """Questions to try, as buttons."""
    return filled("examples.html.j2", language)


def notice(text: str | None = None) -> str:
    """What is wrong with the question as it stands; empty where nothing is."""
    return f'<p role="alert">{shown(text)}</p>' if text else ""


def footer(language: Language, settings: Settings) -> str:
    """What is stored, whom to ask instead, and where to read more."""
    return filled("footer.html.j2", language, settings=settings)


def conversation(turns: Sequence[Turn], language: Language, state: State, *, votes: bool) -> str:
    """Every turn, oldest first, as a log that screen readers read out as it grows.

    Args:
        turns: each is in the language of its question.
        language: of the page, for the log's name.
        state: of getting ready, for the questions that wait for it.
        votes: whether people are asked if an answer was helpful.
    """
    name = shown(phrases(language).conversation)
    said = "".join(_turn(turn, state, votes=votes) for turn in turns)
    return f'<div class="log" role="log" tabindex="-1" aria-label="{name}">{said}</div>'


def _turn(turn: Turn, state: State, *, votes: bool) -> str:
    answer = response(turn) if isinstance(turn, Answer) else None
    status = phrases(turn.language).searching if state.chatbot else _getting_ready(state, turn.language)
    return filled("turn.html.j2", turn.language, turn=turn, answer=answer, status=status, votes=votes)


def _getting_ready(state: State, language: Language) -> str:
    """One line on how far getting ready has come, as text."""
    says = phrases(language)
    step = says.steps.get(state.step, state.step)
    if not step:
        return says.getting_ready
    count = f" {state.done}/{state.total}" if state.total > 1 else ""
    return f"{says.getting_ready} ({step}{count})"
