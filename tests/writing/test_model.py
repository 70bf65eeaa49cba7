import sys
from types import SimpleNamespace

import pytest

from chatbot.errors import ChatbotError
from chatbot.settings import Settings, load_settings
from chatbot.writing.model import open_model, trouble


def settings(llm: str, address: str = "") -> Settings:
    return Settings.model_construct(llm=llm, llm_base_url=address)


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert open_model(settings("openai:any", "http://127.0.0.1:8080/v1"))


@pytest.mark.parametrize("llm", ["openai", "openai:", "nobody:model", "groq:model"])
def test_what_cannot_be_opened_is_one_sentence_about_what_to_do(llm: str) -> None:
    with pytest.raises(ChatbotError, match=r"CHATBOT_LLM|pip install"):
        open_model(settings(llm))


def test_a_missing_key_is_told_without_any_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ChatbotError, match="key must be in the environment"):
        open_model(settings("openai:any"))


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(ChatbotError, match=r"pip install '\.\[anthropic\]'"):
        open_model(settings("anthropic:any"))


@pytest.mark.parametrize(("status", "told"), [(401, "key"), (404, "name"), (429, "too many"), (500, "HTTP 500")])
def test_trouble_is_told_in_words_and_never_in_the_providers(status: int, told: str) -> None:
    class RefusedError(Exception):
        status_code = status

    said = trouble(RefusedError("key sk-1234567890"), "http://user:secret@127.0.0.1:8080/v1")
    assert told in said
    assert "127.0.0.1:8080" in said
    assert "sk-1234567890" not in said
    assert "secret" not in said


def test_silence_and_a_closed_door_are_told_apart() -> None:
    assert "in time" in trouble(TimeoutError())
    assert "Nothing answers" in trouble(ConnectionRefusedError())
    assert "failed" in trouble(ValueError("secret"))
    assert "HTTP 503" in trouble(_with_response())


def _with_response() -> Exception:
    error = Exception()
    error.response = SimpleNamespace(status_code=503)  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("address", ["ftp://x", "nonsense", "http://name:password@host/v1"])
def test_an_address_with_a_password_or_without_a_host_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CHATBOT_LLM_BASE_URL", address)
    with pytest.raises(ChatbotError, match="does not fit") as told:
        load_settings()
    assert "password@" not in str(told.value)
