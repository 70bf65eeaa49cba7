"""The chatbot as a tool of other assistants, by the Model Context Protocol."""

from typing import Annotated, Any

from mcp.server import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from chatbot.answer import Answer
from chatbot.chatbot import Chatbot
from chatbot.language import Language
from chatbot.question import clean, refusal

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_INSTRUCTIONS = (
    "Answers about Danish digital government, quoted from documents. Give the quote word for word with its source. "
    "Where the status is not_found, say that the documents do not tell; do not answer from elsewhere."
)


class FoundPassage(BaseModel):
    """A passage of a document; `start` and `end` count characters of the document's text."""

    document: str
    title: str
    source: str | None
    language: str
    headings: list[str]
    text: str
    start: int
    end: int
    score: float


def tool_server(chatbot: Chatbot) -> MCPServer[Any]:
    """A server with the tools `ask` and `search`."""
    server = MCPServer[Any]("chatbot", instructions=_INSTRUCTIONS, log_level="WARNING")
    longest = chatbot.settings.max_question_characters

    @server.tool(annotations=_READS)
    def ask(
        question: Annotated[str, Field(description="In Danish or English; it has to stand alone.")],
        language: Annotated[Language | None, Field(description="Of what stands around the quote.")] = None,
    ) -> Answer:
        """Answer a question with the exact sentence of a document, or say that the documents do not answer it."""
        return chatbot.ask(question, language=language)

    @server.tool(annotations=_READS)
    def search(
        query: Annotated[str, Field(description="In Danish or English.")],
        limit: Annotated[int, Field(ge=1, le=20, description="How many passages.")] = 5,
    ) -> list[FoundPassage]:
        """Find the passages of the documents that are nearest to a query, best first."""
        query = clean(query)
        reason = refusal(query, "en", longest)
        if reason:
            raise ValueError(reason)
        found = chatbot.retriever.model_copy(update={"k": limit}).invoke(query)
        return [
            FoundPassage(
                **{
                    name: hit.metadata[name]
                    for name in ("document", "title", "source", "language", "headings", "score")
                },
                text=hit.page_content,
                start=hit.metadata["start_index"],
                end=hit.metadata["end_index"],
            )
            for hit in found
        ]

    return server
