"""One visitor's conversation: questions wait until the chatbot is ready, one at a time, and are answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from chatbot.answer import Answer, WrittenSentence
from chatbot.language import Language
from chatbot.phrases import phrases
from chatbot.question import clean, refusal
from chatbot.web.asking import Asking, BusyError, NotReadyError
from chatbot.web.loading import log_failure

# Older turns leave the page, so that neither it nor the memory it takes grows without end.
_KEPT = 50


@dataclass(frozen=True, eq=False)
class Pending:
    """A question that is being looked up, or that waits for the chatbot to get ready.

    Attributes:
        said: the sentences of its answer so far, where a language model writes it.
    """

    question: str
    language: Language
    said: list[WrittenSentence] = field(default_factory=list)


@dataclass(frozen=True)
class Failed:
    """A question that could not be answered, and what its asker is told."""

    question: str
    language: Language
    told: str


Turn = Answer | Pending | Failed


class Conversation:
    """What one open page has asked and been told. It lives in the server's memory and nowhere else.

    Attributes:
        language: of the page around the conversation.
        turns: questions with what became of them, oldest first.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.turns: list[Turn] = []
        self._line = asyncio.Lock()

    def refusal(self, question: str, limit: int) -> str | None:
        """Why a question is not asked at all, in the page's language, or None."""
        return refusal(clean(question), self.language, limit)

    def start_over(self) -> None:
        """Forget every turn, those on their way included."""
        self.turns = []

    async def ask(self, question: str, asking: Asking) -> AsyncGenerator[None, None]:
        """Add a turn for the question and see it through; yields whenever there is something new to show.

        It waits until the chatbot is ready and the questions before it are answered, which may be its context.
        """
        turns = self.turns
        pending = Pending(clean(question), self.language)
        turns.append(pending)
        del turns[:-_KEPT]
        yield
        try:
            async with self._line:
                async for _ in asking.loading.states():
                    yield
                async with aclosing(self._answer(pending, asking)) as answering:
                    async for turn in answering:
                        if isinstance(turn, WrittenSentence):
                            pending.said.append(turn)
                        elif pending in turns:
                            turns[turns.index(pending)] = turn
                        yield
        finally:
            # The visitor left while it was pending.
            if pending in turns:
                turns.remove(pending)

    async def _answer(
        self, pending: Pending, asking: Asking
    ) -> AsyncGenerator[WrittenSentence | Answer | Failed, None]:
        """Sentences as they are written, and what became of the question, last."""
        says = phrases(pending.language)
        history = [turn for turn in self.turns if isinstance(turn, Answer)]
        try:
            async with aclosing(asking.stream(pending.question, history, pending.language)) as stream:
                async for said in stream:
                    yield said
            return
        except NotReadyError as error:
            told = says.not_ready.format(reference=error.reference)
        except BusyError:
            told = says.crowded
        except Exception:  # noqa: BLE001 - whatever it was, it is logged and the conversation goes on
            told = says.failure.format(reference=log_failure("A question was not answered"))
        yield Failed(pending.question, pending.language, told)
