"""Who hears an answer while it is being written."""

from collections.abc import Callable
from threading import Event

from chatbot.answer import WrittenSentence


def _nobody(_: WrittenSentence) -> None:
    """Hears nothing."""


class Listener:
    """Is told every sentence of a written answer as soon as it has passed, and may leave before the end.

    Args:
        said: called from the thread that answers.
    """

    def __init__(self, said: Callable[[WrittenSentence], None] = _nobody) -> None:
        self.said = said
        self._left = Event()

    @property
    def has_left(self) -> bool:
        return self._left.is_set()

    def leave(self) -> None:
        """Nobody waits for the answer any more; writing stops at the next moment."""
        self._left.set()
