"""What stands around the conversation, as HTML: header, examples, notice and footer."""

from collections.abc import Collection
from html import escape

from chatbot.corpus import Document
from chatbot.language import Language
from chatbot.phrases import number, phrases
from chatbot.web.loading import State
from chatbot.web.render import broken, getting_ready

_TITLES = 3


def header(language: Language, state: State) -> str:
    """The title, what the answers come from once that is known, and the two switches."""
    says = phrases(language)
    other = "en" if language == "da" else "da"
    return (
        f'<header data-language="{language}" data-title="{escape(says.title)}">'
        f'<div class="title"><h1>{escape(says.title)}</h1><div class="switches">'
        f'<button type="button" class="plain" data-switch lang="{other}">{escape(says.other_language)}</button>'
        f'<button type="button" class="plain theme" data-theme aria-label="{escape(says.theme)}" '
        f'title="{escape(says.theme)}"><span aria-hidden="true">◐</span></button></div></div>'
        f'<p class="about" role="status">{_about(language, state)}</p></header>'
    )


def examples(language: Language) -> str:
    """Questions to try, as buttons."""
    says = phrases(language)
    buttons = "".join(
        f'<li><button type="button" data-question="{escape(example)}">{escape(example)}</button></li>'
        for example in says.examples
    )
    return f'<div class="examples"><p id="try">{escape(says.try_asking)}</p><ul class="buttons" aria-labelledby="try">{buttons}</ul></div>'


def notice(text: str | None = None) -> str:
    """What is wrong with the question as it stands; empty where nothing is."""
    return f'<p role="alert">{escape(text)}</p>' if text else ""


def footer(language: Language) -> str:
    """That this is automatic and what is stored."""
    says = phrases(language)
    return f"<footer><p>{escape(says.automatic)} {escape(says.stored)}</p></footer>"


def _about(language: Language, state: State) -> str:
    if state.chatbot:
        return escape(_documents(language, state.chatbot.documents.values()))
    if state.settled:
        return broken(language, state.failure, state.reference)
    return escape(getting_ready(state, language))


def _documents(language: Language, documents: Collection[Document]) -> str:
    says = phrases(language)
    names = [f"{document.title} ({document.source})" if document.source else document.title for document in documents]
    titles = ", ".join(names[:_TITLES])
    sentence = says.about_one if len(names) == 1 else says.about_many
    return sentence.format(count=number(len(names), language), titles=titles)
