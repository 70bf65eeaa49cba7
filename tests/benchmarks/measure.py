"""Asks every system every question, in turn, so that what else the machine does falls on all of them alike."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.systems import Model

# Questions that one system is asked before it is the next one's turn.
_TURN = 10


@dataclass
class Measured:
    """What one system with one model did.

    Attributes:
        ranks: of the right paragraph for each question, from 0; None where it was not among the ten.
        processor, wall: seconds a question.
        start_seconds, start_processor: from the start of the process to the answer to a first question.
        index_processor: seconds of processor time a paragraph.
    """

    system: str
    model: str
    ranks: list[int | None] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    start_seconds: float = 0.0
    start_processor: float = 0.0
    index_processor: float = 0.0
    peak_mb: float = 0.0


class Worker:
    """A process that holds one system."""

    def __init__(self, system: str, model: Model) -> None:
        self.measured = Measured(system, model.name)
        started = time.perf_counter()
        command = [sys.executable, "-m", "tests.benchmarks.worker", system, model.name, str(model.folder)]
        self._process = subprocess.Popen(
            [*command, model.query, model.passage],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        first = self._read()
        self.measured.start_seconds = time.perf_counter() - started
        self.measured.start_processor = first["processor_so_far"]

    def index(self, paragraphs: Sequence[str]) -> None:
        self.measured.index_processor = self._call({"index": paragraphs})["processor"] / len(paragraphs)

    def search(self, question: str, right: int) -> None:
        answer = self._call({"search": question})
        self.measured.ranks.append(answer["found"].index(right) if right in answer["found"] else None)
        self.measured.processor.append(answer["processor"])
        self.measured.wall.append(answer["wall"])

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _call(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            sys.exit(
                f"{self.measured.system} with {self.measured.model} stopped: python -m tests.benchmarks.worker says why."
            )
        answer: dict[str, Any] = json.loads(line)
        self.measured.peak_mb = answer["peak_mb"]
        return answer


def measure(
    systems: Sequence[tuple[str, Model]], paragraphs: Sequence[str], questions: Sequence[tuple[str, int]]
) -> list[Measured]:
    """Start each system, index the paragraphs with each, then ask all of them the questions in turns.

    Args:
        systems: names in `SYSTEMS`, each with the model it uses.
        paragraphs: what is searched.
        questions: each with the number of the paragraph that answers it.
    """
    workers = [Worker(name, model) for name, model in systems]
    try:
        for worker in workers:
            worker.index(paragraphs)
        for begin in range(0, len(questions), _TURN):
            for worker in workers:
                for question, right in questions[begin : begin + _TURN]:
                    worker.search(question, right)
    finally:
        for worker in workers:
            worker.close()
    return [worker.measured for worker in workers]
