"""The conversation as HTML. Pure functions; whatever people or documents wrote is made safe here, once."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.answer import Answer, Certainty, Status, Wording
from chatbot.language import Language
from chatbot.phrases import Phrases, phrases
from chatbot.web.conversation import Failed, Pending, Turn
from chatbot.web.escaping import shown
from chatbot.web.exchange import AskResponse, CitedPlace, response
from chatbot.web.loading import State
from chatbot.web.voting import vote_form


@dataclass(frozen=True)
class View:
    """What the conversation is shown with.

    Attributes:
        language: of the page, for the log's name.
        state: of getting ready, for the questions that wait for it.
        votes: whether people are asked if an answer was helpful.
    """

    language: Language
    state: State
    votes: bool


def conversation(turns: Sequence[Turn], view: View) -> str:
    """Every turn, oldest first, as a log that screen readers read out as it grows."""
    name = shown(phrases(view.language).conversation)
    said = "".join(_turn(turn, view) for turn in turns)
    return f'<div class="log" role="log" tabindex="-1" aria-label="{name}">{said}</div>'


def getting_ready(state: State, language: Language) -> str:
    """One line on how far getting ready has come, as text."""
    says = phrases(language)
    step = says.steps.get(state.step, state.step)
    if not step:
        return says.getting_ready
    count = f" {state.done}/{state.total}" if state.total > 1 else ""
    return f"{says.getting_ready} ({step}{count})"


def _turn(turn: Turn, view: View) -> str:
    says = phrases(turn.language)
    match turn:
        case Pending():
            status = says.searching if view.state.chatbot else getting_ready(view.state, turn.language)
            # The button is pressed by the script that takes up a broken connection.
            again = f'<button type="button" hidden data-question="{shown(turn.question)}"></button>'
            # What has been written is read out once it is complete.
            text = " ".join(sentence.text for sentence in turn.said)
            said = f'<p class="written" aria-hidden="true">{shown(text)}</p>' if text else ""
            told = f'{said}<p class="pending">{shown(status)}</p>{again}'
        case Failed():
            told = f'<p class="failed">{shown(turn.told)}</p>'
        case Answer():
            told = _answer(response(turn), says, view)
    asked = f'<span class="unseen">{shown(says.you_asked)} </span>{shown(turn.question)}'
    return (
        f'<article class="turn" lang="{turn.language}"><p class="question">{asked}</p>'
        f'<div class="answer">{told}</div></article>'
    )


def _answer(answer: AskResponse, says: Phrases, view: View) -> str:
    parts = []
    if answer.understood_as:
        parts.append(f'<p class="aside">{shown(says.understood_as.format(question=answer.understood_as))}</p>')
    if answer.sentences:
        parts.append(_written(answer, says))
    elif answer.citations:
        parts.append(_quoted(answer, says))
    else:
        parts.append(f"<p>{shown(answer.text)}</p>")
    if answer.suggestions:
        parts.append(_topics(answer.suggestions, says))
    parts.append(_actions(answer, says, view))
    return "".join(parts)


def _written(answer: AskResponse, says: Phrases) -> str:
    """What a language model wrote, each sentence with a link to the one that supports it; and those sentences."""
    parts = []
    if answer.certainty is Certainty.POSSIBLE:
        parts.append(f'<p class="certainty">{shown(says.possible)}</p>')
    sentences = " ".join(
        f'{shown(sentence.text)} <a class="number" href="{_address(answer.citations[sentence.source - 1])}" target="_blank" '
        f'rel="noopener" aria-label="{shown(says.opens_source.format(number=sentence.source))}">[{sentence.source}]</a>'
        for sentence in answer.sentences
    )
    parts.append(f'<p class="written">{sentences}</p><p class="aside">{shown(says.written)}</p>')
    parts += [_source(place, says, preview=True) for place in answer.citations]
    return "".join(parts)


def _quoted(answer: AskResponse, says: Phrases) -> str:
    best, *supporting = answer.citations
    parts = []
    if answer.certainty is Certainty.POSSIBLE:
        parts.append(f'<p class="certainty">{shown(says.possible)}</p>')
    parts.append(
        f'<blockquote><p><span class="quote" lang="{shown(best.language)}">{_hinted(best)}</span>'
        f'{_language_note(best, answer.language)} <span class="number">[1]</span></p></blockquote>'
    )
    if answer.wording is Wording.STOOD_IN:
        parts.append(f'<p class="aside">{shown(says.stood_in)}</p>')
    parts.append(_source(best, says, preview=False))
    if supporting:
        sources = "".join(_source(place, says, preview=True) for place in supporting)
        parts.append(f'<p class="aside">{shown(says.see_also)}</p>{sources}')
    return "".join(parts)


def _hinted(place: CitedPlace) -> str:
    """The quote, the words that met the question a little heavier."""
    parts = []
    written = 0
    for start, end in place.highlights:
        parts.append(f'{shown(place.quote[written:start])}<span class="met">{shown(place.quote[start:end])}</span>')
        written = end
    return "".join(parts) + shown(place.quote[written:])


def _address(place: CitedPlace) -> str:
    """Relative: the page may stand under a path of its own."""
    return shown(place.url.removeprefix("/"))


def _source(place: CitedPlace, says: Phrases, *, preview: bool) -> str:
    """One source, folded: its name, how the quote begins where it does not stand above, a link to its place, and,
    opened, the passage with the quote marked."""
    language = shown(place.language)
    reference = (
        f'<span class="number">[{place.number}]</span> <span lang="{language}">{shown(_reference(place, says))}</span>'
    )
    begins = f'<span class="preview" lang="{language}">: {shown(place.quote)}</span>' if preview else ""
    return (
        f'<div class="source"><details><summary><span class="reference">{reference}{begins}</span>'
        f'<span class="fold"><span class="show">{shown(says.show_passage)}</span>'
        f'<span class="hide">{shown(says.hide_passage)}</span></span></summary>'
        f'<p class="passage" lang="{language}">{shown(place.before)}<mark>{shown(place.quote)}</mark>'
        f'{shown(place.after)}</p></details><a class="open" href="{_address(place)}" target="_blank" '
        f'rel="noopener" aria-label="{shown(says.opens_source.format(number=place.number))}">{shown(says.open_source)} '
        f'<span aria-hidden="true">↗</span></a></div>'
    )


def _topics(topics: Sequence[str], says: Phrases) -> str:
    buttons = "".join(
        f'<li><button type="button" data-question="{shown(says.topic_question.format(topic=topic))}">{shown(topic)}'
        f"</button></li>"
        for topic in topics
    )
    return f'<p class="aside">{shown(says.they_cover)}</p><ul class="buttons">{buttons}</ul>'


def _actions(answer: AskResponse, says: Phrases, view: View) -> str:
    """How sure, whether it helped, and copying; nothing of these where nothing was looked up."""
    parts = []
    if answer.certainty is Certainty.CLEAR:
        parts.append(f'<span class="certainty">{shown(says.clear)}</span>')
    if view.votes and answer.status in (Status.ANSWERED, Status.NOT_FOUND):
        parts.append(vote_form(answer, says))
    if answer.citations:
        copied = f"{answer.text} ({_reference(answer.citations[0], says)})"
        parts.append(
            f'<button type="button" class="plain" data-copy="{shown(copied)}" data-copied="{shown(says.copied)}">'
            f"{shown(says.copy)}</button>"
        )
    return f'<div class="actions">{"".join(parts)}</div>' if parts else ""


def _reference(place: CitedPlace, says: Phrases) -> str:
    """Where the quote stands and who says it: "Denmark › Strategies, page 3, Digital Nations"."""
    where = says.place(place.headings, place.page)
    return f"{where}, {place.source}" if place.source else where


def _language_note(place: CitedPlace, language: Language) -> str:
    if place.language == language:
        return ""
    note = phrases(language).in_language.get(place.language)
    return f' <span class="note">{shown(note)}</span>' if note else ""
