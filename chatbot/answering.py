"""Answering without a language model: which sentence of which passage answers the question."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.embedding import Encoded
from chatbot.index import Index
from chatbot.late_interaction import Floats, Head, QuestionTokens, best_per_sentence
from chatbot.passages import Passage
from chatbot.retrieval import Candidate
from chatbot.sentences import Span

# What a token carried over from the conversation weighs against one of the question itself.
_CARRIED = 0.4


@dataclass(frozen=True)
class Reading:
    """One candidate read with the question in mind: its best sentence and how well that answers.

    Attributes:
        sentence: which of the passage's sentences.
        score: for ranking sentences of one question among each other.
        matches: how well each question token is met in the sentence, cosine, shape [question tokens].
        in_passage: the same over the whole passage.
        parts: what the score was mixed from, in the order of `Head.mix`.
    """

    candidate: Candidate
    sentence: int
    score: float
    matches: Floats
    in_passage: Floats
    parts: Floats

    @property
    def passage(self) -> Passage:
        return self.candidate.passage

    @property
    def span(self) -> Span:
        return self.passage.sentences[self.sentence]


def read(
    index: Index, head: Head, question: Encoded, found: Sequence[Candidate], carried: Span = (0, 0)
) -> list[Reading]:
    """Read each candidate token by token; the best reading comes first.

    Tokens of the question inside the span `carried` come from earlier in the conversation and weigh less.
    """
    start, end = carried
    inside = (question.offsets[:, 0] < end) & (question.offsets[:, 1] > start)
    asked = head.question(question.tokens, np.where(inside, _CARRIED, 1.0))
    readings = [_read(index, head, asked, candidate) for candidate in found]
    return sorted(readings, key=lambda reading: -reading.score)


def _read(index: Index, head: Head, asked: QuestionTokens, candidate: Candidate) -> Reading:
    tokens, first = index.tokens_of(candidate.row)
    met = best_per_sentence(asked.similarities(tokens), first)
    in_passage = met.max(axis=0)
    count = len(met)
    parts = np.stack(
        [
            met @ asked.weights,
            np.full(count, in_passage @ asked.weights),
            np.full(count, candidate.dense),
            candidate.sentences,
            np.full(count, candidate.sentences.max()),
            np.full(count, candidate.lexical),
        ],
        axis=1,
    ).astype(np.float32)
    scores = parts @ head.mix
    best = int(scores.argmax())
    return Reading(candidate, best, float(scores[best]), met[best], in_passage, parts[best])
