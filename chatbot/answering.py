"""Answering without a language model: which sentence of which passage answers the question."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chatbot.arrays import Floats
from chatbot.embedding import Encoded
from chatbot.index import Index
from chatbot.late_interaction import Head, QuestionTokens, best_per_sentence
from chatbot.passages import Passage
from chatbot.retrieval import Candidate
from chatbot.sentences import Span

# What a token carried over from the conversation weighs against one of the question itself.
_CARRIED = 0.4

# A neighbour with at least this probability of being the answer is quoted along with the best sentence.
_NEIGHBOUR = 0.05


@dataclass(frozen=True)
class Reading:
    """One candidate read with the question in mind: its best sentence and how well that answers.

    Attributes:
        sentence: which of the passage's sentences.
        also: a neighbour of it that is quoted along, or None.
        score: a logit; for ranking sentences of one question among each other.
        probability: the softmax of the scores over the sentences of all candidates.
        matches: how well each question token is met in the sentence, cosine, shape [question tokens].
        in_passage: the same over the whole passage.
        parts: what the score was mixed from, in the order of `Head.mix`.
    """

    candidate: Candidate
    sentence: int
    also: int | None
    score: float
    probability: float
    matches: Floats
    in_passage: Floats
    parts: Floats

    @property
    def passage(self) -> Passage:
        return self.candidate.passage

    @property
    def span(self) -> Span:
        """Where the answer stands in the document: the sentence, or the two that belong together."""
        sentences = [self.passage.sentences[number] for number in (self.sentence, self.also) if number is not None]
        return min(sentences)[0], max(sentences)[1]


@dataclass(frozen=True)
class Attempt:
    """One way to understand a question, retrieved and read; `chance` is that its best reading answers it."""

    question: str
    asked: QuestionTokens
    candidates: tuple[Candidate, ...]
    readings: tuple[Reading, ...]
    chance: float


def ask_tokens(head: Head, question: Encoded, carried: Span = (0, 0)) -> QuestionTokens:
    """The question's tokens, projected and weighed; those inside the span `carried` weigh less."""
    start, end = carried
    inside = (question.offsets[:, 0] < end) & (question.offsets[:, 1] > start)
    return head.question(question.tokens, np.where(inside, _CARRIED, 1.0))


@dataclass(frozen=True)
class Scored:
    """The sentences of a question's candidates, one after the other.

    Attributes:
        starts: where each candidate's sentences begin, and the end.
        met: the best match of each question token, shape [sentences, question tokens].
        parts: what the scores are mixed from, shape [sentences, parts].
        scores, probabilities: shape [sentences].
    """

    candidates: Sequence[Candidate]
    starts: list[int]
    met: Floats
    parts: Floats
    scores: Floats
    probabilities: Floats

    def readings(self, longest: int) -> list[Reading]:
        """Each candidate by its best sentence; the best reading comes first. `longest` is 1 or 2 sentences."""
        best = [start + int(self.scores[start:end].argmax()) for start, end in pairwise(self.starts)]
        return sorted((self._reading(row, longest) for row in best), key=lambda reading: -reading.score)

    def likeliest(self, count: int, longest: int = 1) -> list[Reading]:
        """The best sentences, several of one candidate among them, best first."""
        return [self._reading(row, longest) for row in np.argsort(-self.scores, kind="stable")[:count].tolist()]

    def _reading(self, row: int, longest: int) -> Reading:
        number = bisect_right(self.starts, row) - 1
        start, end = self.starts[number], self.starts[number + 1]
        return Reading(
            candidate=self.candidates[number],
            sentence=row - start,
            also=_neighbour(self.probabilities[start:end], row - start) if longest > 1 else None,
            score=float(self.scores[row]),
            probability=float(self.probabilities[row]),
            matches=self.met[row],
            in_passage=self.met[start:end].max(axis=0),
            parts=self.parts[row],
        )


def score(index: Index, head: Head, asked: QuestionTokens, found: Sequence[Candidate]) -> Scored:
    """Read the candidates, of which there is at least one, token by token."""
    met, parts, first = _match(index, asked, found)
    scores = parts @ head.mix
    probabilities = np.exp(scores - np.logaddexp.reduce(scores))
    return Scored(found, [*first, len(scores)], met, parts, scores, probabilities)


def _match(index: Index, asked: QuestionTokens, found: Sequence[Candidate]) -> tuple[Floats, Floats, list[int]]:
    """For the sentences of all candidates, one after the other: the best match of each question token, the parts of the
    sentence's score, and where each candidate's sentences begin."""
    tokens, begins = zip(*(index.tokens_of(candidate.row) for candidate in found), strict=True)
    before = np.cumsum([0, *map(len, tokens[:-1])])
    met = best_per_sentence(
        asked.similarities(np.concatenate(tokens)),
        np.concatenate([own + rows for own, rows in zip(begins, before, strict=True)]),
    )
    counts = [len(own) for own in begins]
    first = np.cumsum([0, *counts[:-1]])
    similar = np.concatenate([candidate.sentences for candidate in found])
    whole = [
        np.maximum.reduceat(met, first, axis=0) @ asked.weights,
        np.array([candidate.dense for candidate in found]),
        np.maximum.reduceat(similar, first),
        np.array([candidate.lexical for candidate in found]),
    ]
    passage, dense, nearest, lexical = (np.repeat(values, counts) for values in whole)
    columns = [met @ asked.weights, passage, dense, similar, nearest, lexical]
    return met, np.stack(columns, axis=1).astype(np.float32), first.tolist()


def _neighbour(probabilities: Floats, best: int) -> int | None:
    beside = [number for number in (best - 1, best + 1) if 0 <= number < len(probabilities)]
    likelier = max(beside, key=lambda number: float(probabilities[number]), default=None)
    return likelier if likelier is not None and probabilities[likelier] >= _NEIGHBOUR else None
