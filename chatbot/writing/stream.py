"""A model's words as they come, with an end to all waiting, and cut into sentences."""

import re
from collections.abc import Iterator
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from chatbot.listener import Listener
from chatbot.sentences import sentences

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

_LOOK = 0.1  # seconds between two looks at whether anybody still listens

_LATE_MARKER = re.compile(r"([.!?…][\"'”»)]*)[ \t]*((?:\[[\d,;& ]+\][ \t]*)+)")
_ENDING = re.compile(r"[.!?…\n]")
_THOUGHT = re.compile(r"\s*<think>.*?(?:</think>\s*|\Z)", re.DOTALL)


class LeftError(Exception):
    """Nobody waits for the answer any more."""


def chunks(
    model: "BaseChatModel", messages: "list[BaseMessage]", deadline: float, listener: Listener
) -> "Iterator[AIMessageChunk]":
    """What the model streams, until `deadline` (of `time.monotonic`).

    The model is read in a thread of its own: waiting for a word can then be given up, whatever client it has.

    Raises:
        TimeoutError: it was not done in time.
        LeftError: the listener has left.
        Exception: whatever the model's client raises.
    """
    heard: SimpleQueue[AIMessageChunk | Exception | None] = SimpleQueue()
    stop = Event()
    Thread(target=_read, args=(model, messages, heard, stop), name="writing", daemon=True).start()
    try:
        while True:
            left = deadline - monotonic()
            if listener.has_left:
                raise LeftError
            if left <= 0:
                raise TimeoutError
            try:
                chunk = heard.get(timeout=min(left, _LOOK))
            except Empty:
                continue
            if isinstance(chunk, Exception):
                raise chunk
            if chunk is None:
                return
            yield chunk
    finally:
        stop.set()


def _read(
    model: "BaseChatModel",
    messages: "list[BaseMessage]",
    heard: "SimpleQueue[AIMessageChunk | Exception | None]",
    stop: Event,
) -> None:
    """Put what the model streams into `heard`, and None or what went wrong at the end."""
    try:
        with closing(cast("Any", model.stream(messages))) as stream:
            for chunk in stream:
                if stop.is_set():
                    return
                heard.put(chunk)
        heard.put(None)
    except Exception as error:  # noqa: BLE001 - raised again where it is waited for
        heard.put(error)


class SentenceCutter:
    """Takes text piece by piece and gives sentences, each with the markers that stand in or right behind it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._text = ""

    def add(self, piece: str) -> list[str]:
        """The sentences that are whole now that `piece` has come."""
        self._text += piece
        if not _ENDING.search(self._text):
            return []
        # The last one may go on, and a marker of the one before it may be on its way.
        *whole, last = self._cut() or [""]
        if not whole or last.startswith("["):
            return []
        self._text = last
        return whole

    def rest(self) -> list[str]:
        """What is left at the end."""
        return self._cut()

    def _cut(self) -> list[str]:
        text = _LATE_MARKER.sub(lambda found: f" {found[2].strip()}{found[1]} ", _THOUGHT.sub("", self._text))
        return [text[start:end] for start, end in sentences(text, self._language)]
