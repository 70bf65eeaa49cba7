"""Pages to read, without a script: the documents with a quote marked, and what this service is."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chatbot.corpus import Document, Entry
from chatbot.language import Language
from chatbot.phrases import phrases, written_date
from chatbot.sentences import Span
from chatbot.settings import Settings
from chatbot.web.accept import preferred_language
from chatbot.web.escaping import visible
from chatbot.web.links import contact_address, contact_name, document_page
from chatbot.web.loading import Loading
from chatbot.web.markdown import document_html

# No document is longer than a number of nine digits says.
_DIGITS = 9


def pages(settings: Settings, loading: Loading) -> APIRouter:
    """The routes of `/documents/{id}` and `/about`."""
    router = APIRouter(include_in_schema=False)
    site = _Site(settings)

    @router.get("/documents/{identity:path}")
    def document(request: Request, identity: str) -> HTMLResponse:
        state = loading.state
        if state.chatbot is None:
            return site.unavailable(request, state.reference)
        found = state.document(identity, request.query_params.get("version"))
        return site.document(request, found) if found else site.missing(request)

    @router.get("/about")
    def about(request: Request) -> HTMLResponse:
        chatbot = loading.state.chatbot
        return site.about(request, chatbot.documents.entries() if chatbot else [])

    return router


class _Site:
    """Fills the templates, in the visitor's language."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._templates = Environment(
            loader=PackageLoader("chatbot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            finalize=lambda value: visible(value) if type(value) is str else value,
        )

    def document(self, request: Request, document: Document) -> HTMLResponse:
        language = self._language(request)
        # Of another version than the quote was taken from, the offsets mean nothing.
        same = request.query_params.get("version", document.version) == document.version
        marked = _span(request, document) if same else None
        return self._page(
            request,
            "document.html.j2",
            document=document,
            facts=_facts(document.entry, language),
            marked=marked,
            changed=not same,
            # Escaped where it is written.
            body=Markup(document_html(document.text, marked)),  # noqa: S704
        )

    def about(self, request: Request, documents: Sequence[Entry]) -> HTMLResponse:
        language = self._language(request)
        listed = [
            {
                "link": document_page(document.id),
                "language": document.language,
                "title": document.title,
                "facts": ", ".join(value for _, value in _facts(document, language)),
            }
            for document in documents
        ]
        contact = self._settings.contact
        return self._page(
            request,
            "about.html.j2",
            documents=listed,
            log=self._settings.log_questions,
            feedback=self._settings.feedback is not None,
            model=bool(self._settings.llm),
            contact=contact_name(contact),
            contact_address=contact_address(contact),
        )

    def missing(self, request: Request) -> HTMLResponse:
        says = phrases(self._language(request))
        return self._page(request, "notice.html.j2", 404, heading=says.no_such_page, told=says.no_such_document)

    def unavailable(self, request: Request, reference: str | None) -> HTMLResponse:
        says = phrases(self._language(request))
        told = says.not_ready.format(reference=reference) if reference else ""
        page = self._page(request, "notice.html.j2", 503, heading=says.getting_ready, told=told)
        page.headers["retry-after"] = "5"
        return page

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        language = self._language(request)
        html = self._templates.get_template(template).render(
            language=language, says=phrases(language), root=request.scope.get("root_path", ""), **values
        )
        return HTMLResponse(html, status, {"content-language": language, "vary": "Accept-Language"})

    def _language(self, request: Request) -> Language:
        return preferred_language(request.headers.get("accept-language"), self._settings.language)


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
    start, end = (_offset(request.query_params.get(name)) for name in ("start", "end"))
    if start is None or end is None or not 0 <= start < end <= len(document.text):
        return None
    return start, end


def _offset(value: str | None) -> int | None:
    return int(value) if value and len(value) <= _DIGITS and value.isascii() and value.isdigit() else None
