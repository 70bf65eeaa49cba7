"""Answers questions about Danish digital government from documents, with the exact sentence as its source."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatbot.answer import Answer, Citation
    from chatbot.chatbot import Chatbot
    from chatbot.opening import open_chatbot
    from chatbot.settings import Settings

__all__ = ["Answer", "Chatbot", "Citation", "Settings", "open_chatbot"]

_HOMES = {
    "Answer": "chatbot.answer",
    "Citation": "chatbot.answer",
    "Chatbot": "chatbot.chatbot",
    "open_chatbot": "chatbot.opening",
    "Settings": "chatbot.settings",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import chatbot` stays quick."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'chatbot' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
