"""Addresses that the pages link to, relative to the address of the chat page."""

import re
from urllib.parse import quote

_E_MAIL = re.compile(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+")


def document_page(identity: str, start: int | None = None, end: int | None = None, version: str = "") -> str:
    """The page of a document; with offsets in a version of it, at that quote and with it marked."""
    address = f"documents/{quote(identity)}"
    if start is None or end is None:
        return address
    return f"{address}?start={start}&end={end}{f'&version={version}' if version else ''}#quote"


def contact_address(contact: str) -> str | None:
    """Where `CHATBOT_CONTACT` leads, or None where it is just words."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if _E_MAIL.fullmatch(contact) else None


def contact_name(contact: str) -> str:
    """`CHATBOT_CONTACT` as people read it: a web address without what only browsers need."""
    return re.sub(r"^https?://", "", contact).rstrip("/")
