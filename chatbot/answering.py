"""Answering without a language model: the sentence that answers, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.passages import Passage
from chatbot.retrieval import Candidate
from chatbot.sentences import Span


@dataclass(frozen=True)
class Reading:
    """One passage read with the question in mind: the span of its text that answers best, and how well."""

    passage: Passage
    span: Span
    score: float


def read(candidates: Sequence[Candidate]) -> list[Reading]:
    """The best sentence of each candidate, best first."""
    readings = []
    for candidate in candidates:
        if not len(candidate.sentences):
            continue
        best = int(candidate.sentences.argmax())
        score = (candidate.score + float(candidate.sentences[best])) / 2
        readings.append(Reading(candidate.passage, candidate.passage.sentences[best], score))
    return sorted(readings, key=lambda reading: -reading.score)


def confidence(readings: Sequence[Reading]) -> float:
    """The chance, in [0, 1], that the best reading answers the question."""
    if not readings:
        return 0.0
    return 1 / (1 + math.exp(-40 * (readings[0].score - 0.78)))
