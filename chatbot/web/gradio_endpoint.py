"""Asking with `gradio_client`: the one endpoint of the Gradio application that is meant for programs."""

from typing import Any

import gradio as gr
from pydantic import ValidationError

from chatbot.web.api import Api
from chatbot.web.asking import BusyError, NotReadyError
from chatbot.web.exchange import AskRequest


def offer(api: Api, page: Any) -> None:
    """Add the endpoint `/ask` to the page's Blocks."""

    async def ask(question: str, language: str | None = None) -> dict[str, Any]:
        """Answer a question in Danish or English. Returns what `POST /api/ask` returns.

        Args:
            question: the question.
            language: en or da, of what stands around the quote, where the question does not show its own.
        """
        try:
            answer = await api.ask(AskRequest.model_validate({"question": question, "language": language or None}))
        except ValidationError:
            raise gr.Error("The question is text, and the language is en or da.", print_exception=False) from None
        except NotReadyError:
            raise gr.Error("The service is getting ready. Please try again.", print_exception=False) from None
        except BusyError:
            raise gr.Error("Too many questions are waiting. Please try again.", print_exception=False) from None
        return answer.model_dump(mode="json")

    with page:
        gr.api(ask, api_name="ask", concurrency_limit=None)
