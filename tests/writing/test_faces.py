"""A written answer as the API, the page and the terminal give it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langchain_core.messages import BaseMessage

from chatbot import cli
from chatbot.chatbot import Chatbot
from chatbot.language import LANGUAGES, Language
from chatbot.opening import Ready
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web import render
from chatbot.web.application import build_app
from chatbot.web.loading import Loading, State
from tests.writing.conftest import Writing
from tests.writing.models import ScriptedModel, marker_of, saying

QUESTION = "How many IT systems does the state have?"
SENTENCE = "There are more than 4,000 different IT systems in the state"


def script(prompt: list[BaseMessage]) -> list[str]:
    return [f"{SENTENCE} {marker_of(prompt, 'more than 4.000')}."]


@pytest.fixture
def writer(writing: Writing) -> Chatbot:
    return writing(ScriptedModel(script=script), feedback=None, llm="openai:scripted")


def test_the_stream_sends_each_sentence_with_its_source_and_then_the_answer(writer: Chatbot) -> None:
    loading = Loading(lambda _: Ready(writer, ()))
    with TestClient(build_app(writer.settings, loading)) as client:
        while not loading.state.settled:
            pass
        events = _events(client.post("/api/ask/stream", json={"question": QUESTION}).text)
        about = client.get("/about", headers={"accept-language": "en"}).text
    assert [name for name, _ in events] == ["status", "sentence", "answer"]
    assert events[1][1] == {"text": f"{SENTENCE}.", "source": 1}
    assert events[2][1]["wording"] == "written"
    assert events[2][1]["sentences"] == [events[1][1]]
    assert phrases("en").privacy_with_model in about
    assert phrases("en").writes_nothing not in about


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_links_each_sentence_to_its_source_and_marks_a_quote_that_stood_in(
    writer: Chatbot, writing: Writing, language: Language
) -> None:
    written = render.conversation([writer.ask(QUESTION)], language, State(), votes=False)
    assert f'{SENTENCE}. <a class="number" href="documents/' in written
    assert phrases("en").written in written
    stood_in = render.conversation([writing(saying("No.")).ask(QUESTION)], language, State(), votes=False)
    assert phrases("en").stood_in in stood_in


def test_the_terminal_prints_sentences_as_they_pass_and_none_twice(
    writer: Chatbot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready: Callable[..., Ready] = lambda **_: Ready(writer, ())  # noqa: E731
    monkeypatch.setattr(cli, "_ready", ready)
    cli.ask(QUESTION)
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count(SENTENCE) == 1
    assert f"{SENTENCE}. [1]" in printed


def test_the_doctor_says_that_all_is_well_or_what_is_not(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbot.doctor import examine

    assert all(finding.healthy for finding in examine(settings))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    gone = settings.model_copy(update={"llm": "openai:x", "llm_base_url": "http://127.0.0.1:9/v1"})
    *_, model = examine(gone)
    assert not model.healthy
    assert "Nothing answers" in model.told


def _events(text: str) -> list[tuple[str, Any]]:
    def parts() -> Iterator[tuple[str, Any]]:
        for block in text.strip().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in lines:
                yield lines["event"], json.loads(lines["data"])

    return list(parts())
