"""The conversation as HTML. Pure functions; whatever people or documents wrote is made safe here, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.answer import Answer, Certainty, Citation, Status, Wording
from chatbot.language import Language
from chatbot.phrases import Phrases, phrases
from chatbot.web.conversation import Failed, Pending, Turn
from chatbot.web.escaping import shown
from chatbot.web.excerpts import Excerpt
from chatbot.web.links import document_page
from chatbot.web.loading import State
from chatbot.web.voting import vote_form


@dataclass(frozen=True)
class View:
    """What the conversation is shown with.

    Attributes:
        language: of the page, for the log's name.
        state: of getting ready, for the questions that wait for it.
        around: finds the passage of a citation.
        votes: whether people are asked if an answer was helpful.
    """

    language: Language
    state: State
    around: Callable[[Citation], Excerpt]
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
            told = _answer(turn, says, view)
    asked = f'<span class="unseen">{shown(says.you_asked)} </span>{shown(turn.question)}'
    return (
        f'<article class="turn" lang="{turn.language}"><p class="question">{asked}</p>'
        f'<div class="answer">{told}</div></article>'
    )


def _answer(answer: Answer, says: Phrases, view: View) -> str:
    parts = []
    if answer.understood_as:
        parts.append(f'<p class="aside">{shown(says.understood_as.format(question=answer.understood_as))}</p>')
    excerpts = [view.around(citation) for citation in answer.citations]
    if answer.sentences:
        parts.append(_written(answer, says, excerpts))
    elif excerpts:
        parts.append(_quoted(answer, says, excerpts))
    else:
        parts.append(f"<p>{shown(answer.text)}</p>")
    if answer.suggestions:
        parts.append(_topics(answer.suggestions, says))
    parts.append(_actions(answer, says, excerpts, view))
    return "".join(parts)


def _written(answer: Answer, says: Phrases, excerpts: Sequence[Excerpt]) -> str:
    """What a language model wrote, each sentence with a link to the one that supports it; and those sentences."""
    parts = []
    if answer.certainty is Certainty.POSSIBLE:
        parts.append(f'<p class="certainty">{shown(says.possible)}</p>')
    sentences = " ".join(
        f'{shown(sentence.text)} <a class="number" href="{shown(_address(excerpts[sentence.source - 1]))}" target="_blank" '
        f'rel="noopener" aria-label="{shown(says.opens_source.format(number=sentence.source))}">[{sentence.source}]</a>'
        for sentence in answer.sentences
    )
    parts.append(f'<p class="written">{sentences}</p><p class="aside">{shown(says.written)}</p>')
    parts += [_source(number, excerpt, says, preview=True) for number, excerpt in enumerate(excerpts, start=1)]
    return "".join(parts)


def _quoted(answer: Answer, says: Phrases, excerpts: Sequence[Excerpt]) -> str:
    best, *supporting = excerpts
    parts = []
    if answer.certainty is Certainty.POSSIBLE:
        parts.append(f'<p class="certainty">{shown(says.possible)}</p>')
    parts.append(
        f'<blockquote><p><span class="quote" lang="{shown(best.document.language)}">{_hinted(best.citation)}</span>'
        f'{_language_note(best, answer.language)} <span class="number">[1]</span></p></blockquote>'
    )
    if answer.wording is Wording.STOOD_IN:
        parts.append(f'<p class="aside">{shown(says.stood_in)}</p>')
    parts.append(_source(1, best, says, preview=False))
    if supporting:
        numbered = enumerate(supporting, start=2)
        sources = "".join(_source(number, excerpt, says, preview=True) for number, excerpt in numbered)
        parts.append(f'<p class="aside">{shown(says.see_also)}</p>{sources}')
    return "".join(parts)


def _hinted(citation: Citation) -> str:
    """The quote, the words that met the question a little heavier."""
    parts = []
    place = citation.start
    for start, end in citation.highlights:
        before, word = (
            citation.quote[a - citation.start : b - citation.start] for a, b in ((place, start), (start, end))
        )
        parts.append(f'{shown(before)}<span class="met">{shown(word)}</span>')
        place = end
    return "".join(parts) + shown(citation.quote[place - citation.start :])


def _address(excerpt: Excerpt) -> str:
    citation = excerpt.citation
    return document_page(citation.document, citation.start, citation.end, excerpt.document.version)


def _source(number: int, excerpt: Excerpt, says: Phrases, *, preview: bool) -> str:
    """One source, folded: its name, how the quote begins where it does not stand above, a link to its place, and,
    opened, the passage with the quote marked."""
    language = shown(excerpt.document.language)
    citation = excerpt.citation
    reference = (
        f'<span class="number">[{number}]</span> <span lang="{language}">{shown(_reference(excerpt, says))}</span>'
    )
    begins = f'<span class="preview" lang="{language}">: {shown(citation.quote)}</span>' if preview else ""
    return (
        f'<div class="source"><details><summary><span class="reference">{reference}{begins}</span>'
        f'<span class="fold"><span class="show">{shown(says.show_passage)}</span>'
        f'<span class="hide">{shown(says.hide_passage)}</span></span></summary>'
        f'<p class="passage" lang="{language}">{shown(excerpt.before)}<mark>{shown(citation.quote)}</mark>'
        f'{shown(excerpt.after)}</p></details><a class="open" href="{shown(_address(excerpt))}" target="_blank" '
        f'rel="noopener" aria-label="{shown(says.opens_source.format(number=number))}">{shown(says.open_source)} '
        f'<span aria-hidden="true">↗</span></a></div>'
    )


def _topics(topics: Sequence[str], says: Phrases) -> str:
    buttons = "".join(
        f'<li><button type="button" data-question="{shown(says.topic_question.format(topic=topic))}">{shown(topic)}'
        f"</button></li>"
        for topic in topics
    )
    return f'<p class="aside">{shown(says.they_cover)}</p><ul class="buttons">{buttons}</ul>'


def _actions(answer: Answer, says: Phrases, excerpts: Sequence[Excerpt], view: View) -> str:
    """How sure, whether it helped, and copying; nothing of these where nothing was looked up."""
    parts = []
    if answer.certainty is Certainty.CLEAR:
        parts.append(f'<span class="certainty">{shown(says.clear)}</span>')
    if view.votes and answer.status in (Status.ANSWERED, Status.NOT_FOUND):
        parts.append(vote_form(answer, says))
    if excerpts:
        copied = f"{answer.text} ({_reference(excerpts[0], says)})"
        parts.append(
            f'<button type="button" class="plain" data-copy="{shown(copied)}" data-copied="{shown(says.copied)}">'
            f"{shown(says.copy)}</button>"
        )
    return f'<div class="actions">{"".join(parts)}</div>' if parts else ""


def _reference(excerpt: Excerpt, says: Phrases) -> str:
    """Where the quote stands and who says it: "Denmark › Strategies, page 3, Digital Nations"."""
    place = says.place(excerpt.headings, excerpt.citation.page)
    return f"{place}, {excerpt.document.source}" if excerpt.document.source else place


def _language_note(excerpt: Excerpt, language: Language) -> str:
    if excerpt.document.language == language:
        return ""
    note = phrases(language).in_language.get(excerpt.document.language)
    return f' <span class="note">{shown(note)}</span>' if note else ""
