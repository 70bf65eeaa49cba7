"""Asking, as every visitor and program does it: a few questions at a time, a bounded line, figures kept."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter

from chatbot.answer import Answer, WrittenSentence
from chatbot.chatbot import Chatbot
from chatbot.language import Language
from chatbot.listener import Listener
from chatbot.settings import Settings
from chatbot.web.loading import Loading
from chatbot.web.metrics import Metrics

_PATIENCE = 30.0  # seconds a question may take, its wait included

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """The chatbot is still getting ready; or it could not, and `reference` leads to the reason in the log."""

    def __init__(self, reference: str | None) -> None:
        super().__init__(reference)
        self.reference = reference


class BusyError(Exception):
    """Too many questions wait already, or this one waited too long."""


class Asking:
    """The one way to the chatbot from the web.

    Attributes:
        loading: how far getting ready has come.
    """

    def __init__(self, settings: Settings, loading: Loading, metrics: Metrics) -> None:
        self.loading = loading
        self._metrics = metrics
        self._at_once = settings.questions_at_once
        self._most = settings.questions_at_once + settings.questions_waiting
        self._log_questions = settings.log_questions
        self._patience = _PATIENCE + (settings.llm_timeout if settings.llm else 0)
        self._threads = ThreadPoolExecutor(settings.questions_at_once, thread_name_prefix="answering")
        self._pending = 0
        metrics.pending.set_function(lambda: self._pending)

    @property
    def chatbot(self) -> Chatbot:
        """The chatbot, once there is one.

        Raises:
            NotReadyError: there is none yet.
        """
        state = self.loading.state
        if state.chatbot is None:
            raise NotReadyError(state.reference)
        return state.chatbot

    @property
    def waits(self) -> bool:
        """Whether a question asked now has to wait for others."""
        return self._pending >= self._at_once

    def admit(self) -> None:
        """Check that a question may be asked now.

        Raises:
            NotReadyError: there is no chatbot yet.
            BusyError: the line is full.
        """
        if self.chatbot and self._pending >= self._most:
            raise BusyError

    async def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        language: Language | None = None,
        listener: Listener | None = None,
    ) -> Answer:
        """Answer one question when its turn comes; who stops waiting gives the place up.

        Raises:
            NotReadyError: there is no chatbot yet.
            BusyError: the line is full, or the turn did not come in time.
        """
        self.admit()
        listener = listener or Listener()
        started = perf_counter()
        self._pending += 1
        try:
            trace_it = partial(self.chatbot.trace, question, history, language, listener=listener)
            turn = asyncio.get_running_loop().run_in_executor(self._threads, trace_it)
            trace = await asyncio.wait_for(turn, self._patience)
        except TimeoutError:
            raise BusyError from None
        finally:
            listener.leave()
            self._pending -= 1
        self._metrics.answered(trace, perf_counter() - started)
        if self._log_questions:
            asked = {"question": trace.answer.question, "status": trace.answer.status, "answer": trace.answer.id}
            logger.info("asked", extra=asked)
        return trace.answer

    async def stream(
        self, question: str, history: Sequence[Answer] = (), language: Language | None = None
    ) -> AsyncGenerator[WrittenSentence | Answer, None]:
        """The sentences of an answer as a language model writes them, and the answer, which counts, last.

        Raises:
            NotReadyError, BusyError: as `ask` does.
        """
        heard: asyncio.Queue[WrittenSentence | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def said(sentence: WrittenSentence) -> None:
            loop.call_soon_threadsafe(heard.put_nowait, sentence)

        answering = asyncio.ensure_future(self.ask(question, history, language, Listener(said)))
        answering.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            while (sentence := await heard.get()) is not None:
                yield sentence
            yield await answering
        finally:
            answering.cancel()
