import asyncio
import itertools

from chatbot.bench.load import Level, ask_for


async def _asked(statuses: list[int]) -> Level:
    """What the load test makes of a server that answers with these statuses, the last one from then on."""
    turns = itertools.chain(statuses, itertools.repeat(statuses[-1]))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            await asyncio.sleep(0.01)
            writer.write(f"HTTP/1.1 {next(turns)} Said\r\ncontent-length: 2\r\n\r\n{{}}".encode())

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        return await ask_for([server.sockets[0].getsockname()[1]], ["What?", "Who?"], 3, 0.3)


def test_refusals_and_failures_are_counted_and_are_no_answers() -> None:
    level = asyncio.run(_asked([503, 503, 500, 200]))
    assert (level.askers, level.refused, level.failed) == (3, 2, 1)
    assert level.throughput > 0
    assert 10 <= level.p50 <= level.p95 <= level.p99


def test_a_server_that_is_not_there_is_a_failure() -> None:
    level = asyncio.run(ask_for([1], ["What?"], 1, 0.05))
    assert level.failed > 0
    assert level.throughput == 0
