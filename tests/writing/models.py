"""A chat model that says what a test tells it to."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

Script = Callable[[list[BaseMessage]], Iterable[str]]


class ScriptedModel(BaseChatModel):
    """Streams the pieces that `script` makes of a prompt, and keeps every prompt it was given."""

    script: Script
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("It only streams.")

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.prompts.append(messages)
        for piece in self.script(messages):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


def saying(*pieces: str) -> ScriptedModel:
    """A model that always says the same."""
    return ScriptedModel(script=lambda _: pieces)


def marker_of(prompt: list[BaseMessage], words: str) -> str:
    """The marker, like "[2]", of the passage in the prompt that has these words."""
    text = str(prompt[-1].content)
    before = text[: text.index(words)]
    return before[before.rindex("[") : before.rindex("]") + 1]
