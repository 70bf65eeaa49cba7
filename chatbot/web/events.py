"""What happens on the page: it opens, a question is asked, the language is switched, it starts over."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web import render
from chatbot.web.accept import preferred_language
from chatbot.web.asking import Asking
from chatbot.web.conversation import Conversation

Updates = tuple[Any, ...]


class Events:
    """The page's event handlers. Whatever belongs to one visitor is in the `Conversation` each is given.

    A handler is given None where the server no longer knows the visitor, after a restart say; it
    then begins a conversation anew.
    """

    def __init__(self, settings: Settings, asking: Asking) -> None:
        self._settings = settings
        self._asking = asking
        self._loading = asking.loading

    def open(self, request: gr.Request) -> Updates:
        """A new conversation and every text of the page, in the visitor's language."""
        return self._everything(self._begin(request))

    def switch(self, conversation: Conversation | None, request: gr.Request) -> Updates:
        """Every text of the page in the other language. Answers keep that of their question."""
        conversation = conversation or self._begin(request)
        conversation.language = "en" if conversation.language == "da" else "da"
        return self._everything(conversation)

    async def watch(self, conversation: Conversation) -> AsyncIterator[str]:
        """The header, again and again until the chatbot is ready."""
        async for state in self._loading.states():
            yield render.header(conversation.language, state)

    async def ask(
        self, conversation: Conversation | None, question: str, request: gr.Request
    ) -> AsyncIterator[Updates]:
        """Conversation, log, question field and notice as a question is asked and answered."""
        conversation = conversation or self._begin(request)
        reason = conversation.refusal(question, self._settings.max_question_characters)
        if reason:
            # The question stays in its field, to be mended.
            yield conversation, gr.skip(), gr.skip(), render.notice(reason)
            return
        field: Any = ""
        async for _ in conversation.ask(question, self._asking):
            yield conversation, self._log(conversation), field, render.notice()
            # Cleared once; afterwards it may hold the beginning of the next question.
            field = gr.skip()

    async def choose(
        self, conversation: Conversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Updates]:
        """The same for a question that was offered as a button."""
        async for updates in self.ask(conversation, str(event.question), request):
            yield updates

    def start_over(self, conversation: Conversation | None, request: gr.Request) -> Updates:
        """Conversation, log, question field and notice, all empty."""
        conversation = conversation or self._begin(request)
        conversation.start_over()
        return conversation, self._log(conversation), "", render.notice()

    def _begin(self, request: gr.Request) -> Conversation:
        return Conversation(preferred_language(request.headers.get("accept-language"), self._settings.language))

    def _everything(self, conversation: Conversation) -> Updates:
        language = conversation.language
        says = phrases(language)
        return (
            conversation,
            render.header(language, self._loading.state),
            self._log(conversation),
            render.examples(language),
            gr.update(label=says.question),
            gr.update(value=says.ask),
            render.notice(),
            gr.update(value=says.start_over),
            render.footer(language, self._settings),
        )

    def _log(self, conversation: Conversation) -> str:
        votes = self._settings.feedback is not None
        return render.conversation(conversation.turns, conversation.language, self._loading.state, votes=votes)
