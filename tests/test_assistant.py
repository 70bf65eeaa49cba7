import asyncio
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from chatbot.assistant import tool_server
from chatbot.chatbot import Chatbot

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "How many IT systems does the state have?"


def call(server: Any, tool: str, **arguments: Any) -> Any:
    async def calling() -> Any:
        async with Client(server) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(calling())


def test_an_assistant_gets_the_same_answer_as_a_person(chatbot: Chatbot) -> None:
    result = call(tool_server(chatbot), "ask", question=QUESTION)
    expected = chatbot.ask(QUESTION)
    assert not result.is_error
    assert result.structured_content["citations"][0]["quote"] == expected.text
    assert result.structured_content["id"] == expected.id


def test_a_search_finds_verbatim_passages(chatbot: Chatbot) -> None:
    result = call(tool_server(chatbot), "search", query=QUESTION, limit=3)
    passages = result.structured_content["result"]
    assert len(passages) == 3
    for passage in passages:
        text = chatbot.documents[passage["document"]].text
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_what_cannot_be_searched_for_is_said(chatbot: Chatbot) -> None:
    server = tool_server(chatbot)
    for query, limit in (("", 3), ("x" * 1001, 3), ("010203-1234", 3), ("strategy", 0), ("strategy", 21)):
        assert call(server, "search", query=query, limit=limit).is_error, query


def test_the_tools_are_offered_on_standard_input_and_output() -> None:
    async def offered() -> list[str]:
        server = StdioServerParameters(command=sys.executable, args=["-m", "chatbot.cli", "mcp"], cwd=str(ROOT))
        async with Client(server) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert asyncio.run(offered()) == ["ask", "search"]
