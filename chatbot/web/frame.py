"""What stands around the conversation, as HTML: header, examples, notice and footer."""

from collections.abc import Sequence

from chatbot.corpus import Entry
from chatbot.language import Language
from chatbot.phrases import number, phrases, written_date
from chatbot.settings import Settings
from chatbot.web.escaping import shown
from chatbot.web.links import contact_address, contact_name, document_page
from chatbot.web.loading import State
from chatbot.web.render import getting_ready

# Documents named on the front page; /about has them all.
_LISTED = 50


def header(language: Language, state: State) -> str:
    """The title, what the answers come from once that is known, and the two switches."""
    says = phrases(language)
    other = "en" if language == "da" else "da"
    return (
        f'<header data-language="{language}" data-title="{shown(says.title)}">'
        f'<div class="title"><h1>{shown(says.title)}</h1><div class="switches">'
        f'<button type="button" class="plain" data-switch lang="{other}">{shown(says.other_language)}</button>'
        f'<button type="button" class="plain theme" data-theme aria-label="{shown(says.theme)}" '
        f'title="{shown(says.theme)}"><span aria-hidden="true">◐</span></button></div></div>'
        f'<div class="about" role="status">{_about(language, state)}</div></header>'
    )


def examples(language: Language) -> str:
    """Questions to try, as buttons."""
    says = phrases(language)
    buttons = "".join(
        f'<li><button type="button" data-question="{shown(example)}">{shown(example)}</button></li>'
        for example in says.examples
    )
    return f'<div class="examples"><p id="try">{shown(says.try_asking)}</p><ul class="buttons" aria-labelledby="try">{buttons}</ul></div>'


def notice(text: str | None = None) -> str:
    """What is wrong with the question as it stands; empty where nothing is."""
    return f'<p role="alert">{shown(text)}</p>' if text else ""


def footer(language: Language, settings: Settings) -> str:
    """What is stored, whom to ask instead, and where to read more."""
    says = phrases(language)
    stored = says.feedback_stored if settings.feedback else says.nothing_stored
    told = [says.questions_logged if settings.log_questions else stored]
    address = contact_address(settings.contact)
    who = shown(contact_name(settings.contact))
    contact = f'<a href="{shown(address)}">{who}</a>' if address else who
    person = f"<p>{shown(says.contact)} {contact}</p>" if settings.contact else ""
    return (
        f"<footer><p>{shown(' '.join(told))}</p>{person}"
        f'<p class="links"><a href="about" target="_blank" rel="noopener">{shown(says.about)}</a>'
        f' · <a href="api/openapi.json" target="_blank" rel="noopener">{shown(says.api)}</a></p></footer>'
    )


def _about(language: Language, state: State) -> str:
    says = phrases(language)
    if state.chatbot:
        documents = state.chatbot.documents
        return _documents(language, documents.entries(_LISTED), len(documents))
    told = says.not_ready.format(reference=state.reference) if state.settled else getting_ready(state, language)
    return f"<p>{shown(told)}</p>"


def _documents(language: Language, documents: Sequence[Entry], count: int) -> str:
    """The one document, or a list to unfold of the first of them; and that answers come from a machine."""
    says = phrases(language)
    automatic = shown(says.automatic)
    if count == 1:
        sentence = shown(says.about_one).format(titles=_document(documents[0], language))
        return f"<p>{sentence} {automatic}</p>"
    told = shown(says.about_many.format(count=number(count, language)))
    listed = "".join(f"<li>{_document(document, language)}</li>" for document in documents)
    if count > len(documents):
        listed += f'<li><a href="about" target="_blank" rel="noopener">{shown(says.all_documents)}</a></li>'
    return f"<details><summary>{told}</summary><ul>{listed}</ul></details><p>{automatic}</p>"


def _document(document: Entry, language: Language) -> str:
    """Its title, leading to its page, and in brackets where it is from and of when, as far as that is known."""
    date = written_date(document.date, language) if document.date else None
    known = ", ".join(fact for fact in (document.source, date) if fact)
    facts = f" ({shown(known)})" if known else ""
    return (
        f'<a href="{shown(document_page(document.id))}" target="_blank" rel="noopener" '
        f'lang="{shown(document.language)}">'
        f"{shown(document.title)}</a>{facts}"
    )
