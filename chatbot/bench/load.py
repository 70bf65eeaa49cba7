"""Load: more and more people asking a server at the same time, each anew as soon as the last answer is there."""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from chatbot.bench.http import Connection
from chatbot.errors import ChatbotError
from chatbot.settings import PREFIX, Settings

_PATIENCE = 300.0  # seconds until the server has to be ready
_BARE_SECONDS = 5.0

# What would keep one client from asking that much.
_UNLIMITED = {f"{PREFIX}{name}": "" for name in ("RATE_LIMIT", "RATE_LIMIT_TOTAL", "RATE_LIMIT_REQUESTS", "FEEDBACK")}


@dataclass(frozen=True)
class Level:
    """What `askers` asking at the same time got.

    Attributes:
        throughput: answers a second.
        p50, p95, p99: milliseconds from question to answer.
        refused: questions that the server had no room for (503).
        failed: questions that got any other answer than one, or none.
    """

    askers: int
    throughput: float
    p50: float
    p95: float
    p99: float
    refused: int
    failed: int


def measure_levels(
    settings: Settings, questions: Sequence[str], askers: Sequence[int], seconds: float, servers: int = 1
) -> list[Level]:
    """Start servers of its own on loopback and ask them in turn, for each number of `askers`, that many seconds.

    Raises:
        ChatbotError: a server does not get ready.
    """
    with ExitStack() as running:
        ports = [running.enter_context(_server(settings)) for _ in range(servers)]
        for port in ports:
            asyncio.run(_ready(port, questions[0]))
        return [asyncio.run(ask_for(ports, questions, count, seconds)) for count in askers]


def bare_encoder(settings: Settings, questions: Sequence[str]) -> float:
    """Questions a second that the encoder alone does in batches on all cores."""
    from chatbot.embedding_model import load_embeddings

    embeddings = load_embeddings(settings)
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < _BARE_SECONDS:
        done += sum(1 for _ in embeddings.questions(questions))
    return done / (time.perf_counter() - started)


async def ask_for(ports: Sequence[int], questions: Sequence[str], askers: int, seconds: float) -> Level:
    """Ask the servers at these ports of this machine for that many seconds; each asker stays with one of them."""
    endless = itertools.cycle(questions)
    times: list[float] = []
    statuses: Counter[int] = Counter()
    until = time.perf_counter() + seconds

    async def ask_on(port: int) -> None:
        while time.perf_counter() < until:
            try:
                async with Connection(port) as connection:
                    while time.perf_counter() < until:
                        started = time.perf_counter()
                        status = await connection.ask(next(endless))
                        statuses[status] += 1
                        if status == 200:
                            times.append(time.perf_counter() - started)
            except (OSError, asyncio.IncompleteReadError):
                statuses[0] += 1
                await asyncio.sleep(0.01)

    begun = time.perf_counter()
    await asyncio.gather(*(ask_on(ports[asker % len(ports)]) for asker in range(askers)))
    taken = time.perf_counter() - begun
    p50, p95, p99 = np.percentile(times, [50, 95, 99]) * 1000 if times else (0.0, 0.0, 0.0)
    refused = statuses[503]
    failed = statuses.total() - refused - statuses[200]
    return Level(askers, len(times) / taken, float(p50), float(p95), float(p99), refused, failed)


@contextmanager
def _server(settings: Settings) -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **_UNLIMITED, f"{PREFIX}HOST": "127.0.0.1", f"{PREFIX}PORT": str(port)}
    environment[f"{PREFIX}INDEX"] = str(settings.index)
    command = [sys.executable, "-m", "chatbot.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


async def _ready(port: int, question: str) -> None:
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until:
        try:
            async with Connection(port) as connection:
                if await connection.ask(question) == 200:
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        await asyncio.sleep(0.2)
    raise ChatbotError(f"The server did not answer within {_PATIENCE:.0f} seconds. `chatbot serve` says why.")
