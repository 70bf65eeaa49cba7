"""How long work tells how far it has come."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def no_progress(step: str, done: int, total: int) -> None:
    """The progress callback of those who do not look: (step, done, total)."""
