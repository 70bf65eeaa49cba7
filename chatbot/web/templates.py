"""HTML from templates: text by strangers is escaped, and what hides or reorders text is left out."""

import unicodedata
from html import escape
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from chatbot.language import Language
from chatbot.phrases import number, phrases, written_date
from chatbot.web.links import contact_address, contact_name, document_page

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
# Joiners are invisible too, but some scripts cannot be written without them.
_KEPT = "\n\t\u200c\u200d"


def visible(text: str) -> str:
    """The text without control, bidi, tag and other invisible characters, and without lone surrogates."""
    if text.replace("\n", " ").isprintable():  # most texts, and much faster to tell
        return text
    return "".join(
        character for character in text if character in _KEPT or unicodedata.category(character) not in _HIDDEN
    )


def shown(text: str) -> str:
    """The text as HTML, fit for element and attribute alike."""
    return escape(visible(text))


_TEMPLATES = Environment(
    loader=PackageLoader("chatbot.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    finalize=lambda value: visible(value) if type(value) is str else value,
)
_TEMPLATES.globals.update(
    contact_address=contact_address,
    contact_name=contact_name,
    document_page=document_page,
    number=number,
    written_date=written_date,
)


def filled(template: str, language: Language, **values: Any) -> str:
    """A template with the values in it; what it says itself is in the language."""
    return _TEMPLATES.get_template(template).render(language=language, says=phrases(language), **values)


def page(request: Request, template: str, language: Language, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, in the visitor's language; `root` is where the service begins."""
    html = filled(template, language, root=request.scope.get("root_path", ""), **values)
    return HTMLResponse(html, status, {"content-language": language, "vary": "Accept-Language"})
