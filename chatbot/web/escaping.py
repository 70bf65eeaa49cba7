"""Text by strangers made safe to show: escaped, and without characters that hide or reorder what stands there."""

import unicodedata
from html import escape

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
# Joiners are invisible too, but some scripts cannot be written without them.
_KEPT = "\n\t\u200c\u200d"


def visible(text: str) -> str:
    """The text without control, bidi, tag and other invisible characters, and without lone surrogates."""
    return "".join(
        character for character in text if character in _KEPT or unicodedata.category(character) not in _HIDDEN
    )


def shown(text: str) -> str:
    """The text as HTML, fit for element and attribute alike."""
    return escape(visible(text))
