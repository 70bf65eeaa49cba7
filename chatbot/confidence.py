"""Confidence: the chance that the answer shown answers the question, from a logistic regression on a few figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.answerability import AnswerabilityModel, Met
from chatbot.answering import Reading
from chatbot.arrays import Floats
from chatbot.conversation import Resolved
from chatbot.embedding import Encoded
from chatbot.index import Index
from chatbot.language import LANGUAGES
from chatbot.late_interaction import Head, QuestionTokens
from chatbot.lexical import numbers

# The answerability model's logit; the cosine of question and sentence; the share of the question's numbers that the
# passage holds (1 where it asks with none), for to a vector one year is much like another; and whether question and
# document are in two languages, where a cosine is lower for the same meaning. How well tokens are met, BM25 and the lead
# over other sentences added nothing: their coefficients were zero or did not carry over to a small corpus.
FEATURES = ("answerability", "sentence", "numbers", "crosses")

# So many of the likeliest sentences are looked at more closely, of those that have at least this probability beside the
# likeliest one: where it is far ahead, a closer look changes nothing.
MOST_CLOSE = 4
_CLOSE = 0.1
# What the model's logit weighs beside a sentence's score. On lessons and paragraphs left out of the fits, anything from 0.35
# to 1 lets the right sentence come first a little more often than the score alone does.
_CLOSER_LOOK = 0.5


@dataclass(frozen=True)
class Confidence:
    """The answerability model and the regression over it.

    Attributes:
        coefficients, intercept: of the logistic regression on `FEATURES`, shape [features], [].
    """

    answerability: AnswerabilityModel
    coefficients: Floats
    intercept: Floats

    def chance(self, version: Resolved, reading: Reading, logit: float) -> float:
        """The chance, in [0, 1], that a reading with this logit answers the question as it is understood in `version`."""
        values = figures(version, reading, logit)
        return float(1 / (1 + np.exp(-(values @ self.coefficients + self.intercept))))


def close_calls(likeliest: Sequence[Reading]) -> list[Reading]:
    """Those of a question's likeliest readings that may turn out to be the best."""
    first, *others = likeliest
    return [first, *(reading for reading in others if reading.probability >= _CLOSE)]


def best_of(
    model: AnswerabilityModel,
    index: Index,
    head: Head,
    question: Encoded,
    asked: QuestionTokens,
    close: Sequence[Reading],
) -> tuple[Reading, float]:
    """Which of a question's likeliest readings is the best by its score and the model's logit together, and that logit."""
    read = [met(index, head, asked, reading) for reading in close]
    logits = model.logits(head.centred(question.tokens), read)
    return max(zip(close, logits, strict=True), key=lambda pair: pair[0].score + _CLOSER_LOOK * pair[1])


def figures(version: Resolved, reading: Reading, logit: float) -> NDArray[np.float64]:
    """What the confidence in a reading rests on, in the order of `FEATURES`."""
    similarity = reading.candidate.sentences[reading.sentence]
    return np.array([logit, similarity, _numbers(version.text, reading), _crosses(version, reading)], np.float64)


def _numbers(text: str, reading: Reading) -> float:
    asked = numbers(text)
    return len(asked & numbers(reading.passage.embedded_text)) / len(asked) if asked else 1.0


def _crosses(version: Resolved, reading: Reading) -> bool:
    """Whether the question is not in the document's language, as far as it shows; a document in a third never is."""
    language = reading.passage.document.language
    return language in LANGUAGES and version.language not in (None, language)


def met(index: Index, head: Head, asked: QuestionTokens, reading: Reading) -> Met:
    """One reading as the answerability model takes it."""
    return met_by(head, asked, reading, index.sentence_tokens(reading.candidate.row, reading.sentence))


def met_by(head: Head, asked: QuestionTokens, reading: Reading, sentence: NDArray[np.int8]) -> Met:
    """The same of the sentence that `reading` is of, given as stored token vectors, shape [tokens, width]."""
    matches = np.stack([reading.matches, reading.in_passage, asked.weights * len(asked.weights) / 2], axis=1)
    return Met(matches, head.restore(sentence), reading.parts)
