from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from chatbot.batching import Batched


class Slow:
    """Computes lengths, the first batch only once it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go = Event(), Event()

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.batches.append(list(texts))
        if len(self.batches) == 1:
            self.begun.set()
            assert self.go.wait(10)
        if "bad" in texts:
            raise ValueError("bad")
        return [len(text) for text in texts]


def together(slow: Slow, texts: Sequence[str]) -> list[int | BaseException]:
    """The results of texts that come in while the first is computed."""
    batched = Batched(slow, at_once=1)
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        first = pool.submit(batched, "first")
        assert slow.begun.wait(10)
        rest = []
        for number, text in enumerate(texts, start=1):
            rest.append(pool.submit(batched, text))
            while len(batched._waiting) < number:
                pass
        slow.go.set()
        assert first.result() == 5
        return [future.exception() or future.result() for future in rest]


def test_who_comes_while_others_are_computed_is_computed_together() -> None:
    slow = Slow()
    assert together(slow, ["a", "bb", "ccc"]) == [1, 2, 3]
    assert slow.batches == [["first"], ["a", "bb", "ccc"]]


def test_who_comes_alone_waits_for_nobody() -> None:
    slow = Slow()
    slow.go.set()
    batched = Batched(slow, at_once=1)
    assert [batched("a"), batched("bb")] == [1, 2]
    assert slow.batches == [["a"], ["bb"]]


def test_a_text_that_cannot_be_computed_does_not_spoil_the_others() -> None:
    a, bad, ccc = together(Slow(), ["a", "bad", "ccc"])
    assert (a, ccc) == (1, 3)
    assert isinstance(bad, ValueError)


def test_a_long_text_goes_with_few_others() -> None:
    slow = Slow()
    together(slow, ["a", "b" * 2500, "c"])
    assert slow.batches[1:] == [["a"], ["b" * 2500], ["c"]]


def test_what_fails_leaves_room_for_the_next() -> None:
    slow = Slow()
    slow.go.set()
    batched = Batched(slow, at_once=1)
    with pytest.raises(ValueError, match="bad"):
        batched("bad")
    assert batched("a") == 1
