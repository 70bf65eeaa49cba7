"""Just enough of an HTTP client to keep many connections busy at little cost to the machine that is measured."""

import asyncio
import json
from typing import Self


class Connection:
    """One connection to a server on this machine, kept open from question to question."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, question: str) -> int:
        """Ask, read the whole answer, and return its status.

        Raises:
            OSError, asyncio.IncompleteReadError: the connection broke.
        """
        body = json.dumps({"question": question}).encode()
        head = f"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [line.split(":")[1] for line in answer.split("\r\n") if line.lower().startswith("content-length:")]
        await self._reader.readexactly(int(lengths[0]) if lengths else 0)
        return int(answer.split(" ", 2)[1])
