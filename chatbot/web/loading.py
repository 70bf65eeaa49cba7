"""Getting ready behind the open page: where it stands, for everyone who waits."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING

from chatbot.errors import ChatbotError

if TYPE_CHECKING:
    from chatbot.chatbot import Chatbot
    from chatbot.corpus import Document
    from chatbot.opening import Ready
    from chatbot.progress import Progress

_LOOK_AGAIN = 0.1  # seconds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """One moment of getting ready; `done` of `total` counts within `step`.

    `before` are the documents of the chatbot whose place this one took: pages with its answers are still open.

    It ends with a chatbot, or with the reference of a failure that the log explains: the reason may
    name folders and files of this machine, which are no visitor's business.
    """

    step: str = ""
    done: int = 0
    total: int = 0
    chatbot: "Chatbot | None" = None
    reference: str | None = None
    before: "Mapping[str, Document]" = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        return bool(self.chatbot or self.reference)

    def document(self, identity: str, version: str | None = None) -> "Document | None":
        """A document as it is now; as it was in `version`, where that is the one before."""
        now = self.chatbot.documents.get(identity) if self.chatbot else None
        earlier = self.before.get(identity)
        wanted = version is not None and earlier is not None and earlier.version == version
        return earlier if wanted and not (now and now.version == version) else now


class Loading:
    """Opens the chatbot in a thread of its own, once, and follows what becomes of it.

    A question is answered by the chatbot that `state` held when it was asked, from beginning to end.

    Args:
        open_: what opens it and reports its progress, usually `open_chatbot` with the settings.
        announce: is given one sentence for each thing that whoever runs the service should know.
        follow: yields the chatbots that take its place one after the other, until the event is set.
    """

    def __init__(
        self,
        open_: "Callable[[Progress], Ready]",
        announce: Callable[[str], None] = logger.info,
        follow: "Callable[[Ready, Event], Iterable[Ready]]" = lambda ready, stop: (),
    ) -> None:
        self.state = State()
        self._open = open_
        self._announce = announce
        self._follow = follow
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, unless that was done already."""
        if self._thread is None:
            # A daemon: stopping the server need not wait for a model that nobody will ask.
            self._thread = Thread(target=self._run, name="loading", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Follow no further."""
        self._stopped.set()

    async def states(self) -> AsyncIterator[State]:
        """The state now and whenever it changes, up to the last."""
        shown: State | None = None
        while shown is None or not shown.settled:
            if self.state is not shown:
                shown = self.state
                yield shown
            else:
                await asyncio.sleep(_LOOK_AGAIN)

    def _run(self) -> None:
        try:
            ready = self._open(self._progress)
        except ChatbotError as error:
            reference = new_reference()
            logger.error("%s (reference %s)", error, reference)
            self.state = State(reference=reference)
        except Exception:  # noqa: BLE001 - whatever it was, it is logged and the page says so
            self.state = State(reference=log_failure("Getting ready failed"))
        else:
            self._serve(ready)
            for update in self._follow(ready, self._stopped):
                self._serve(update)

    def _serve(self, ready: "Ready") -> None:
        """From now on; what is being answered is answered by the chatbot before."""
        before = self.state.chatbot
        self.state = State(chatbot=ready.chatbot, before=before.documents if before else {})
        for notice in ready.notices:
            self._announce(notice)

    def _progress(self, step: str, done: int, total: int) -> None:
        self.state = State(step=step, done=done, total=total)


def new_reference() -> str:
    """What people quote when they report a failure, and what leads to it in the log."""
    return secrets.token_hex(2)


def log_failure(what: str) -> str:
    """Log the exception being handled, with its traceback, and return the reference that people are given."""
    reference = new_reference()
    logger.exception("%s (reference %s)", what, reference)
    return reference
