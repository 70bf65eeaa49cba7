"""The conversation as HTML. Pure functions; whatever people or documents wrote is escaped here, once."""

from collections.abc import Callable, Sequence
from html import escape

from chatbot.answer import Answer, Certainty, Citation, Status
from chatbot.language import Language
from chatbot.phrases import Phrases, phrases
from chatbot.web.conversation import Failed, Pending, Turn
from chatbot.web.excerpts import Excerpt
from chatbot.web.loading import State

Around = Callable[[Citation], Excerpt]


def conversation(turns: Sequence[Turn], language: Language, state: State, around: Around) -> str:
    """Every turn, as a log that screen readers read out as it grows.

    Args:
        turns: oldest first.
        language: of the page, for the log's name.
        state: of getting ready, for the questions that wait for it.
        around: finds the passage of a citation.
    """
    shown = "".join(_turn(turn, state, around) for turn in turns)
    return (
        f'<div class="log" role="log" tabindex="-1" aria-label="{escape(phrases(language).conversation)}">{shown}</div>'
    )


def getting_ready(state: State, language: Language) -> str:
    """One line on how far getting ready has come, as text."""
    says = phrases(language)
    step = says.steps.get(state.step, state.step)
    if not step:
        return says.getting_ready
    count = f" {state.done}/{state.total}" if state.total > 1 else ""
    return f"{says.getting_ready} ({step}{count})"


def broken(language: Language, reason: str | None, reference: str | None) -> str:
    """What is said when getting ready or answering failed."""
    says = phrases(language)
    if reason:
        return f'{escape(says.not_ready)} <span lang="en">{escape(reason)}</span>'
    return escape(says.failure.format(reference=reference))


def _turn(turn: Turn, state: State, around: Around) -> str:
    says = phrases(turn.language)
    match turn:
        case Pending():
            status = says.searching if state.chatbot else getting_ready(state, turn.language)
            told = f'<p class="pending">{escape(status)}</p>'
        case Failed():
            told = f'<p class="failed">{broken(turn.language, turn.reason, turn.reference)}</p>'
        case Answer():
            told = _answer(turn, says, around)
    asked = f'<span class="unseen">{escape(says.you_asked)} </span>{escape(turn.question)}'
    return (
        f'<article class="turn" lang="{turn.language}"><p class="question">{asked}</p>'
        f'<div class="answer">{told}</div></article>'
    )


def _answer(answer: Answer, says: Phrases, around: Around) -> str:
    parts = []
    if answer.understood_as:
        parts.append(f'<p class="aside">{escape(says.understood_as.format(question=answer.understood_as))}</p>')
    if answer.status is Status.ANSWERED and answer.citations:
        parts.append(_quoted(answer, says, [around(citation) for citation in answer.citations]))
    else:
        parts.append(f"<p>{escape(answer.text)}</p>")
    if answer.suggestions:
        parts.append(_topics(answer.suggestions, says))
    return "".join(parts)


def _quoted(answer: Answer, says: Phrases, excerpts: Sequence[Excerpt]) -> str:
    best, *supporting = excerpts
    parts = []
    if answer.certainty is Certainty.POSSIBLE:
        parts.append(f'<p class="certainty">{escape(says.possible)}</p>')
    note = _language_note(best, answer.language)
    parts.append(
        f'<blockquote><p><span class="quote" lang="{escape(best.document.language)}">{escape(best.quote)}</span>'
        f'{note} <span class="number">[1]</span></p></blockquote>'
    )
    parts.append(_source(1, best, says))
    if supporting:
        sources = "".join(_source(number, excerpt, says) for number, excerpt in enumerate(supporting, start=2))
        parts.append(f'<p class="aside">{escape(says.see_also)}</p>{sources}')
    sure = escape(says.clear) if answer.certainty is Certainty.CLEAR else ""
    copied = f"{best.quote} ({_reference(best)})"
    parts.append(
        f'<p class="actions"><span class="certainty">{sure}</span>'
        f'<button type="button" class="plain" data-copy="{escape(copied)}" data-copied="{escape(says.copied)}">'
        f"{escape(says.copy)}</button></p>"
    )
    return "".join(parts)


def _source(number: int, excerpt: Excerpt, says: Phrases) -> str:
    """One source, folded: its name and, opened, the passage with the quote marked."""
    language = escape(excerpt.document.language)
    reference = f'<span class="number">[{number}]</span> <span lang="{language}">{escape(_reference(excerpt))}</span>'
    # The first quote is the answer itself; of the others, the line shows how they begin.
    preview = f'<span class="preview" lang="{language}">: {escape(excerpt.quote)}</span>' if number > 1 else ""
    return (
        f'<details class="source"><summary><span class="reference">{reference}{preview}</span>'
        f'<span class="fold"><span class="show">{escape(says.show_passage)}</span>'
        f'<span class="hide">{escape(says.hide_passage)}</span></span></summary>'
        f'<p class="passage" lang="{language}">{escape(excerpt.before)}<mark>{escape(excerpt.quote)}</mark>'
        f"{escape(excerpt.after)}</p></details>"
    )


def _topics(topics: Sequence[str], says: Phrases) -> str:
    buttons = "".join(
        f'<li><button type="button" data-question="{escape(topic)}">{escape(topic)}</button></li>' for topic in topics
    )
    return f'<p class="aside">{escape(says.they_cover)}</p><ul class="buttons">{buttons}</ul>'


def _reference(excerpt: Excerpt) -> str:
    """Where the quote stands: "Denmark › Strategies, Digital Nations"."""
    place = " › ".join(excerpt.headings)
    return f"{place}, {excerpt.document.source}" if excerpt.document.source else place


def _language_note(excerpt: Excerpt, language: Language) -> str:
    if excerpt.document.language == language:
        return ""
    note = phrases(language).in_language.get(excerpt.document.language)
    return f' <span class="note">{escape(note)}</span>' if note else ""
