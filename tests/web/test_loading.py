import asyncio
import logging
from threading import Event

import pytest

from chatbot.chatbot import Chatbot
from chatbot.errors import ChatbotError
from chatbot.opening import Ready
from chatbot.progress import Progress
from chatbot.web.loading import Loading, State


async def all_states(loading: Loading) -> list[State]:
    return [state async for state in loading.states()]


def test_it_reports_steps_and_ends_with_the_chatbot(chatbot: Chatbot) -> None:
    seen, announced = Event(), list[str]()

    def open_(progress: Progress) -> Ready:
        progress("Embedding passages", 1, 2)
        assert seen.wait(10)
        return Ready(chatbot, ("The index was built because there was none yet.",))

    async def watch() -> list[State]:
        states = []
        loading.start()
        async for state in loading.states():
            states.append(state)
            if state.step:
                seen.set()
        return states

    loading = Loading(open_, announced.append)
    *before, last = asyncio.run(watch())
    assert State("Embedding passages", 1, 2) in before
    assert not any(state.settled for state in before)
    assert last.chatbot is chatbot
    assert announced == ["The index was built because there was none yet."]


def test_it_starts_once(chatbot: Chatbot) -> None:
    opened = []

    def open_(progress: Progress) -> Ready:
        opened.append(progress)
        return Ready(chatbot, ())

    loading = Loading(open_)
    loading.start()
    loading.start()
    asyncio.run(all_states(loading))
    assert len(opened) == 1


def test_a_reason_that_may_name_folders_is_one_line_of_the_log_and_a_reference_elsewhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def open_(progress: Progress) -> Ready:
        raise ChatbotError("There is no corpus folder x.")

    loading = Loading(open_)
    loading.start()
    last = asyncio.run(all_states(loading))[-1]
    assert last.settled
    (record,) = caplog.records
    assert record.getMessage() == f"There is no corpus folder x. (reference {last.reference})"
    assert (record.levelno, record.exc_info) == (logging.ERROR, None)


def test_anything_else_is_a_reference_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def open_(progress: Progress) -> Ready:
        raise RuntimeError("secret")

    loading = Loading(open_)
    loading.start()
    last = asyncio.run(all_states(loading))[-1]
    assert last.reference
    assert last.reference in caplog.text
    assert "RuntimeError: secret" in caplog.text
