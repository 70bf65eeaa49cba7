"""Pages to read, without a script: the documents with a quote marked, and what this service is."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from chatbot.corpus import Document, Entry
from chatbot.language import Language
from chatbot.phrases import phrases, written_date
from chatbot.sentences import Span
from chatbot.settings import Settings
from chatbot.web.accept import preferred_language
from chatbot.web.loading import Loading
from chatbot.web.markdown import document_html
from chatbot.web.templates import page

# No document is longer than a number of nine digits says.
_OFFSET = re.compile(r"[0-9]{1,9}")


def pages(settings: Settings, loading: Loading) -> APIRouter:
    """The routes of `/documents/{id}` and `/about`."""
    router = APIRouter(include_in_schema=False)

    def language_of(request: Request) -> Language:
        return preferred_language(request.headers.get("accept-language"), settings.language)

    @router.get("/documents/{identity:path}")
    def document(request: Request, identity: str) -> HTMLResponse:
        language, state = language_of(request), loading.state
        if state.chatbot is None:
            return _unavailable(request, language, state.reference)
        found = state.document(identity, request.query_params.get("version"))
        return _document(request, language, found) if found else _missing(request, language)

    @router.get("/about")
    def about(request: Request) -> HTMLResponse:
        chatbot = loading.state.chatbot
        documents = chatbot.documents.entries() if chatbot else []
        return page(
            request, "about.html.j2", language_of(request), settings=settings, documents=documents, facts=_facts
        )

    return router


def _document(request: Request, language: Language, document: Document) -> HTMLResponse:
    # Of another version than the quote was taken from, the offsets mean nothing.
    same = request.query_params.get("version", document.version) == document.version
    marked = _span(request, document) if same else None
    return page(
        request,
        "document.html.j2",
        language,
        document=document,
        facts=_facts(document.entry, language),
        marked=marked,
        changed=not same,
        # Escaped where it is written.
        body=Markup(document_html(document.text, marked)),  # noqa: S704
    )


def _missing(request: Request, language: Language) -> HTMLResponse:
    says = phrases(language)
    return page(request, "notice.html.j2", language, 404, heading=says.no_such_page, told=says.no_such_document)


def _unavailable(request: Request, language: Language, reference: str | None) -> HTMLResponse:
    says = phrases(language)
    told = says.not_ready.format(reference=reference) if reference else ""
    unavailable = page(request, "notice.html.j2", language, 503, heading=says.getting_ready, told=told)
    unavailable.headers["retry-after"] = "5"
    return unavailable


def _facts(document: Entry, language: Language) -> list[tuple[str, str]]:
    """Source, date and language, each with its name, as far as they are known."""
    says = phrases(language)
    known = [
        (says.source, document.source),
        (says.date, written_date(document.date, language) if document.date else None),
        (says.language, says.languages.get(document.language, document.language)),
    ]
    return [(name, value) for name, value in known if value]


def _span(request: Request, document: Document) -> Span | None:
    """The characters that the address names, or None where they are no piece of the document."""
    start, end = (request.query_params.get(name, "") for name in ("start", "end"))
    if not (_OFFSET.fullmatch(start) and _OFFSET.fullmatch(end) and int(start) < int(end) <= len(document.text)):
        return None
    return int(start), int(end)
