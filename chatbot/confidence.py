"""How sure an answer is."""

import math
from collections.abc import Sequence

from chatbot.answering import Reading


def confidence(readings: Sequence[Reading]) -> float:
    """The chance, in [0, 1], that the best reading answers the question."""
    if not readings:
        return 0.0
    return 1 / (1 + math.exp(-20 * (readings[0].parts[0] - 0.4)))
