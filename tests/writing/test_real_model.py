"""The whole path against a real server with a small real model."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from chatbot.answer import Wording
from chatbot.chatbot import Chatbot
from chatbot.errors import ChatbotError
from chatbot.listener import Listener
from chatbot.settings import Settings
from chatbot.writing.model import greet, open_model
from chatbot.writing.stream import chunks
from chatbot.writing.writer import Outcome
from tests.writing.conftest import ModelServer, Serve, Writing

QUESTION = "How many IT systems does the state have?"


def set_to(server: ModelServer, **changes: Any) -> Settings:
    return Settings.model_construct(llm="openai:smollm2", llm_base_url=server.address, llm_timeout=120.0, **changes)


def test_the_doctor_finds_the_model_and_misses_a_server_that_is_gone(server: ModelServer) -> None:
    assert greet(set_to(server)).startswith("openai:smollm2 answers")
    gone = Settings.model_construct(llm="openai:smollm2", llm_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ChatbotError, match=r"Nothing answers at 127.0.0.1:9"):
        greet(gone)


def test_words_stream_one_by_one_with_the_number_of_tokens(server: ModelServer) -> None:
    from langchain_core.messages import HumanMessage

    model = open_model(set_to(server, llm_max_tokens=16))
    pieces = list(chunks(model, [HumanMessage("Count to five.")], time.monotonic() + 120, Listener()))
    assert sum(bool(piece.text) for piece in pieces) > 3
    assert any(piece.usage_metadata for piece in pieces)


def test_what_a_small_model_writes_is_supported_or_not_shown(server: ModelServer, writing: Writing) -> None:
    chatbot = writing(open_model(set_to(server, llm_max_tokens=60)), llm_timeout=120.0, llm_prompt_tokens=600)
    trace = chatbot.trace(QUESTION)
    assert trace.writing is not None
    assert trace.writing.outcome in (Outcome.WRITTEN, Outcome.UNSUPPORTED, Outcome.DECLINED, Outcome.RAMBLING)
    assert trace.writing.output_tokens or trace.writing.outcome == Outcome.RAMBLING
    for citation in trace.answer.citations:
        assert chatbot.documents[citation.document].text[citation.start : citation.end] == citation.quote


def test_in_too_short_a_time_the_quote_stands_in(server: ModelServer, writing: Writing, chatbot: Chatbot) -> None:
    writer = writing(open_model(set_to(server)), llm_timeout=0.1)
    answer = writer.ask(QUESTION)
    assert answer.wording == Wording.STOOD_IN
    assert answer.text == chatbot.ask(QUESTION).text


def test_leaving_stops_the_server_too(server: ModelServer, writing: Writing) -> None:
    listener = Listener()
    threading.Timer(1.0, listener.leave).start()
    trace = writing(open_model(set_to(server, llm_max_tokens=2000)), llm_timeout=120.0).trace(
        QUESTION, listener=listener
    )
    assert trace.writing is not None
    assert trace.writing.outcome in (Outcome.LEFT, Outcome.UNSUPPORTED, Outcome.RAMBLING)
    # The server has one place only: it must be free again.
    assert "answers" in greet(set_to(server))


@pytest.fixture
def mortal(serve: Serve) -> Iterator[ModelServer]:
    started = serve()
    yield started
    started.stop()


def test_a_server_that_crashes_in_mid_answer_is_replaced_by_the_quote(
    mortal: ModelServer, writing: Writing, chatbot: Chatbot
) -> None:
    model = open_model(set_to(mortal, llm_max_tokens=1500))
    threading.Timer(1.5, mortal.stop).start()
    trace = writing(model, llm_timeout=60.0, llm_max_tokens=1500).trace(QUESTION)
    assert trace.answer.wording == Wording.STOOD_IN
    assert trace.answer.text == chatbot.ask(QUESTION).text
