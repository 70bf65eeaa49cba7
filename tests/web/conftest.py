"""The application around the shared chatbot, as programs meet it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.chatbot import Chatbot
from chatbot.opening import Ready
from chatbot.settings import Settings
from chatbot.web.loading import Loading

Serve = Callable[..., TestClient]

UNLIMITED = {"rate_limit": "", "rate_limit_site": "", "rate_limit_total": "", "rate_limit_requests": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that feedback goes to."""
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def serve(settings: Settings, chatbot: Chatbot, folder: Path) -> Iterator[Serve]:
    """Makes a client of the application with some settings changed; it is ready once asked for."""
    from chatbot.web.application import build_app

    with ExitStack() as stack:

        def client(**changes: Any) -> TestClient:
            changed = settings.model_copy(update={"feedback": folder / "feedback.sqlite3", **changes})
            loading = Loading(lambda _: Ready(chatbot, ()))
            served = TestClient(build_app(changed, loading), raise_server_exceptions=False)
            stack.enter_context(served)
            while not loading.state.settled:
                pass
            return served

        yield client


@pytest.fixture(scope="module")
def unlimited(serve: Serve) -> TestClient:
    """A client that may ask as often as it likes."""
    return serve(**UNLIMITED)
