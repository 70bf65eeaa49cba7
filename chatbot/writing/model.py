"""The language model: any chat model that LangChain opens, and what went wrong with it in words."""

import os
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from langchain_core.messages import HumanMessage

from chatbot.errors import ChatbotError
from chatbot.listener import Listener
from chatbot.settings import Settings
from chatbot.writing.stream import chunks

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# Providers whose package is an extra of this one.
_EXTRAS = ("openai", "ollama", "anthropic")

# A server of one's own usually wants no key, but the client insists on one.
_NO_KEY = "none"

_BY_STATUS = {
    400: "it refuses the request: it may be too long, or the model may not take it (HTTP 400)",
    401: "it refuses the key (HTTP 401). Check the key in the provider's environment variable",
    403: "it refuses the key (HTTP 403). Check the key in the provider's environment variable",
    404: "it does not know the model (HTTP 404). Check the name in CHATBOT_LLM and the address in CHATBOT_LLM_BASE_URL",
    429: "it has had too many requests, or the account is used up (HTTP 429)",
}


def open_model(settings: Settings) -> "BaseChatModel":
    """The chat model that `CHATBOT_LLM` names. Nothing is sent to it yet; keys come from the environment.

    Raises:
        ChatbotError: its package is missing, its name has another form, or a key is missing.
    """
    provider, _, name = settings.llm.partition(":")
    if not name:
        raise ChatbotError(
            "CHATBOT_LLM takes a provider and a model, as in openai:NAME, ollama:NAME or anthropic:NAME."
        )
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(settings.llm, **_options(provider, settings))
    except ImportError as error:
        wanted = f"'.[{provider}]'" if provider in _EXTRAS else _missing(error)
        raise ChatbotError(
            f"The package for {provider} is not installed. Install it with: pip install {wanted}."
        ) from None
    except Exception as error:  # noqa: BLE001 - each provider has its own; its text may hold a key
        raise ChatbotError(
            f"The language model {settings.llm} cannot be used ({type(error).__name__}). CHATBOT_LLM takes openai:NAME, "
            "ollama:NAME, anthropic:NAME or another provider of LangChain's; the provider's key must be in the environment."
        ) from None
    return model


def greet(settings: Settings) -> str:
    """Ask the model for one word, and say that it answers.

    Raises:
        ChatbotError: it does not; the message says why and what to do.
    """
    model = open_model(settings)
    started = monotonic()
    try:
        for _ in chunks(model, [HumanMessage("Reply with OK.")], started + settings.llm_timeout, Listener()):
            return f"{settings.llm} answers, after {monotonic() - started:.1f} seconds."
    except Exception as error:  # noqa: BLE001 - each provider has its own
        raise ChatbotError(trouble(error, settings.llm_base_url)) from None
    raise ChatbotError(f"{settings.llm} answers with nothing.")


def trouble(error: BaseException, address: str = "") -> str:
    """What an error of a provider means, without its own words, which may repeat the key or the question."""
    where = f"at {_host(address)}" if address else "at the provider's address"
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if status in _BY_STATUS:
        return f"The language model {where} answers, but {_BY_STATUS[status]}."
    if isinstance(status, int):
        return f"The language model {where} fails (HTTP {status})."
    names = {kind.__name__ for kind in type(error).__mro__}
    if any("Timeout" in name for name in names):
        return f"The language model {where} did not answer in time."
    if any("Connect" in name for name in names) or isinstance(error, OSError):
        return f"Nothing answers {where}. Start the model's server, or correct CHATBOT_LLM_BASE_URL."
    return f"The language model {where} failed ({type(error).__name__})."


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """The same wishes in each provider's words."""
    options: dict[str, Any] = {"temperature": 0}
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    if provider == "ollama":
        window = settings.llm_prompt_tokens + settings.llm_max_tokens
        timeout = {"timeout": settings.llm_timeout}
        return {**options, "num_predict": settings.llm_max_tokens, "num_ctx": window, "client_kwargs": timeout}
    options |= {"max_tokens": settings.llm_max_tokens, "timeout": settings.llm_timeout, "max_retries": 0}
    if provider == "openai":
        options["stream_usage"] = True
        if settings.llm_base_url and not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = _NO_KEY
    return options


def _host(address: str) -> str:
    """Host and port; whatever else is in an address is nobody's business."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _missing(error: ImportError) -> str:
    """The package that LangChain asks for: "pip install langchain-groq"."""
    _, _, named = str(error).partition("pip install ")
    return named.strip(" `.'\"").split()[0] if named else "the provider's LangChain package"
