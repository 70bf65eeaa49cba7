"""Batching: texts that several threads want encoded at the same time are encoded together."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")

# A batch is padded to its longest text, so a long one goes with few others.
_TEXTS, _CHARACTERS = 16, 4000


class Batched(Generic[Result]):
    """Calls `compute` with one text where one is asked for, and with all that came in meanwhile where it was busy.

    Nobody waits for company: a batch is what gathered while those before were computed.

    Args:
        compute: one result for each text, in order.
        at_once: batches that are computed at the same time.
    """

    def __init__(self, compute: Callable[[Sequence[str]], Sequence[Result]], at_once: int) -> None:
        self._compute = compute
        self._free = at_once
        self._lock = Lock()
        self._waiting: deque[_Ticket[Result]] = deque()

    def __call__(self, text: str) -> Result:
        """The result for one text; raises what `compute` raises for it."""
        ticket = _Ticket[Result](text)
        with self._lock:
            self._waiting.append(ticket)
            self._start()
        ticket.turn.wait()
        if ticket.batch:
            try:
                self._run(ticket.batch)
            finally:
                with self._lock:
                    self._free += 1
                    self._start()
        if ticket.error is not None:
            raise ticket.error
        return ticket.results[0]

    def _start(self) -> None:
        """Let the first who waits compute for itself and others, if there is room."""
        if not self._free or not self._waiting:
            return
        self._free -= 1
        batch = [self._waiting.popleft()]
        longest = len(batch[0].text)
        while self._waiting and len(batch) < _TEXTS:
            longest = max(longest, len(self._waiting[0].text))
            if longest * (len(batch) + 1) > _CHARACTERS:
                break
            batch.append(self._waiting.popleft())
        batch[0].batch = batch
        batch[0].turn.set()

    def _run(self, batch: Sequence["_Ticket[Result]"]) -> None:
        try:
            results = self._compute([ticket.text for ticket in batch])
            for ticket, result in zip(batch, results, strict=True):
                ticket.results.append(result)
        except BaseException as error:  # noqa: BLE001 - it is raised again, where it belongs
            if len(batch) > 1:  # one text must not spoil the others
                for ticket in batch:
                    self._run([ticket])
            else:
                batch[0].error = error
        for ticket in batch:
            ticket.turn.set()


class _Ticket(Generic[Result]):
    """A text that waits; `turn` is set when it has its result, or is to compute a batch that begins with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.turn = Event()
        self.batch: list[_Ticket[Result]] = []
        self.results: list[Result] = []
        self.error: BaseException | None = None
