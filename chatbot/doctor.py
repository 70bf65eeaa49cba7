"""The doctor: looks at everything an installation needs, and says in words what is wrong and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot import e5_assembly, e5_weights, manifest, versions
from chatbot.corpus import open_corpus
from chatbot.errors import ChatbotError
from chatbot.settings import DEFAULT_MODEL, Settings


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and one or two sentences about it."""

    what: str
    healthy: bool
    told: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, one after the other; no index is built, and a language model is asked for one word."""
    checks: dict[str, Callable[[Settings], str]] = {
        "Documents": _corpus,
        "Embedding model": _embedding_model,
        "Index": _index,
        "Language model": _language_model,
    }
    for what, check in checks.items():
        try:
            yield Finding(what, healthy=True, told=check(settings))
        except ChatbotError as error:
            yield Finding(what, healthy=False, told=str(error))


def _corpus(settings: Settings) -> str:
    corpus = open_corpus(settings)
    if corpus.skipped:
        raise ChatbotError(" ".join(corpus.skipped))
    return f"{len(corpus.documents)} can be read."


def _embedding_model(settings: Settings) -> str:
    name = settings.embedding_model
    if name == DEFAULT_MODEL and e5_weights.bundled_weights() is not None:
        assembled = e5_assembly.is_assembled(settings.index / "models" / name)
        return "The assembled files are there." if assembled else "It will be assembled at the first start."
    if Path(name).is_dir():
        return f"{name} is a local folder."
    return f"{name} comes from Hugging Face, which needs the network once."


def _index(settings: Settings) -> str:
    folder = versions.current(settings.index)
    if folder is None:
        return "There is none yet; it is built at the first start, or by `chatbot index`."
    try:
        found = manifest.check(folder)
    except manifest.DamagedIndexError as error:
        raise ChatbotError(f"It is damaged: {error}. Build it again with `chatbot index --rebuild`.") from None
    return f"{len(found.documents)} documents, {found.passages} passages; every file is whole."


def _language_model(settings: Settings) -> str:
    if not settings.llm:
        return "None is set, so answers are quotes (CHATBOT_LLM)."
    from chatbot.writing.model import greet

    return greet(settings)
