import asyncio
import re
from collections.abc import Sequence
from typing import Any, cast

import pytest

from chatbot.answer import Answer, Status
from chatbot.chatbot import Chatbot, Trace
from chatbot.language import Language
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web.asking import Asking
from chatbot.web.conversation import Conversation, Failed, Pending, Turn
from chatbot.web.loading import Loading, State
from chatbot.web.metrics import Metrics

QUESTION = "How many IT systems does the state have?"


def at(state: State, settings: Settings | None = None) -> Asking:
    loading = Loading(cast(Any, None))
    loading.state = state
    return Asking(settings or Settings.model_construct(), loading, Metrics())


async def shown(conversation: Conversation, question: str, asking: Asking) -> list[list[Turn]]:
    return [list(conversation.turns) async for _ in conversation.ask(question, asking)]


def test_a_question_is_shown_at_once_and_then_answered(chatbot: Chatbot) -> None:
    conversation = Conversation("en")
    first, *_, last = asyncio.run(shown(conversation, f"  {QUESTION}\u202e ", at(State(chatbot=chatbot))))
    assert [type(turn) for turn in first] == [Pending]
    (answer,) = last
    assert isinstance(answer, Answer)
    assert (answer.question, answer.status) == (QUESTION, Status.ANSWERED)
    assert conversation.turns == last


def test_a_question_asked_too_early_waits_for_the_chatbot(chatbot: Chatbot) -> None:
    async def ask() -> Turn:
        conversation, asking = Conversation("da"), at(State(step="Loading the embedding model"))
        async for _ in conversation.ask("Hvor mange it-systemer har staten?", asking):
            if not asking.loading.state.settled:
                assert [type(turn) for turn in conversation.turns] == [Pending]
                asking.loading.state = State(chatbot=chatbot)
        return conversation.turns[0]

    answer = asyncio.run(ask())
    assert isinstance(answer, Answer)
    assert answer.text.startswith("There are more than 4.000")


class Recorder:
    """Answers every question and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, int, Language | None]] = []

    def trace(
        self, question: str, history: Sequence[Answer] = (), language: Language | None = None, **_: object
    ) -> Trace:
        if question == "break":
            raise RuntimeError("secret")
        self.given.append((question, len(history), language))
        return Trace(Answer(question=question, language="en", status=Status.SMALL_TALK, text="Hello."))


def test_questions_are_answered_one_after_the_other_with_what_came_before(caplog: pytest.LogCaptureFixture) -> None:
    recorder, conversation = Recorder(), Conversation("da")
    asking = at(State(chatbot=cast(Any, recorder)))

    async def ask() -> None:
        await asyncio.gather(*(shown(conversation, question, asking) for question in ("one", "break", "two")))

    asyncio.run(ask())
    assert recorder.given == [("one", 0, "da"), ("two", 1, "da")]
    first, failed, second = conversation.turns
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert isinstance(failed, Failed)
    (reference,) = re.findall(r"\(reference ([0-9a-f]{4})\)", failed.told)
    assert f"(reference {reference})" in caplog.text
    assert "RuntimeError: secret" in caplog.text


def test_starting_over_forgets_the_question_on_its_way() -> None:
    conversation, asking = Conversation("en"), at(State(step="Loading the embedding model"))

    async def ask() -> None:
        async for _ in conversation.ask("one", asking):
            conversation.start_over()
            asking.loading.state = State(chatbot=cast(Any, Recorder()))

    asyncio.run(ask())
    assert conversation.turns == []


def test_a_visitor_who_leaves_leaves_no_question_behind() -> None:
    conversation = Conversation("en")

    async def ask() -> None:
        waiting = conversation.ask("one", at(State(step="Loading the embedding model")))
        await anext(waiting)
        await anext(waiting)
        await waiting.aclose()
        await shown(conversation, "two", at(State(chatbot=cast(Any, Recorder()))))

    asyncio.run(ask())
    assert [turn.question for turn in conversation.turns] == ["two"]


def test_a_failure_to_get_ready_is_the_answer_to_every_question() -> None:
    conversation = Conversation("en")
    asyncio.run(shown(conversation, "one", at(State(reference="4f2a"))))
    (turn,) = conversation.turns
    assert isinstance(turn, Failed)
    assert turn.told == phrases("en").not_ready.format(reference="4f2a")


def test_the_conversation_does_not_grow_without_end() -> None:
    conversation, asking = Conversation("en"), at(State(chatbot=cast(Any, Recorder())))
    for number in range(60):
        asyncio.run(shown(conversation, str(number), asking))
    assert [turn.question for turn in conversation.turns] == [str(number) for number in range(10, 60)]


@pytest.mark.parametrize("question", ["", " \n\t\u200b", "010203-1234", "x" * 1001])
def test_what_is_not_asked_is_refused_in_the_page_s_language(question: str) -> None:
    assert Conversation("en").refusal(question, 1000) != Conversation("da").refusal(question, 1000)
    assert Conversation("da").refusal("\u200b", 1000) == phrases("da").empty
    assert Conversation("da").refusal(QUESTION, 1000) is None
