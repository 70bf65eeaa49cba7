"""Confidence: the chance that the answer shown answers the question, from a logistic regression on a few figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.answerability import AnswerabilityModel
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


@dataclass(frozen=True)
class Confidence:
    """The answerability model and the regression over it.

    Attributes:
        coefficients, intercept: of the logistic regression on `FEATURES`, shape [features], [].
    """

    answerability: AnswerabilityModel
    coefficients: Floats
    intercept: Floats

    def chance(
        self,
        index: Index,
        head: Head,
        version: Resolved,
        question: Encoded,
        asked: QuestionTokens,
        readings: Sequence[Reading],
    ) -> float:
        """The chance, in [0, 1], that the first of `readings` answers the question as it is understood in `version`."""
        if not readings:
            return 0.0
        values = figures(self.answerability, index, head, version, question, asked, readings)
        return float(1 / (1 + np.exp(-(values @ self.coefficients + self.intercept))))


def figures(
    model: AnswerabilityModel,
    index: Index,
    head: Head,
    version: Resolved,
    question: Encoded,
    asked: QuestionTokens,
    readings: Sequence[Reading],
) -> NDArray[np.float64]:
    """What the confidence in the first of `readings` rests on, in the order of `FEATURES`."""
    best = readings[0]
    answerability = model.logit(*inputs(index, head, question, asked, best))
    similarity = best.candidate.sentences[best.sentence]
    crosses = _crosses(version, best)
    return np.array([answerability, similarity, _numbers(version.text, best), crosses], np.float64)


def _numbers(text: str, reading: Reading) -> float:
    asked = numbers(text)
    return len(asked & numbers(reading.passage.embedded_text)) / len(asked) if asked else 1.0


def _crosses(version: Resolved, reading: Reading) -> bool:
    """Whether the question is not in the document's language, as far as it shows; a document in a third never is."""
    language = reading.passage.document.language
    return language in LANGUAGES and version.language not in (None, language)


def inputs(
    index: Index, head: Head, question: Encoded, asked: QuestionTokens, reading: Reading
) -> tuple[Floats, Floats, Floats, Floats]:
    """One reading as the answerability model takes it."""
    return inputs_of(head, question, asked, reading, index.sentence_tokens(reading.candidate.row, reading.sentence))


def inputs_of(
    head: Head, question: Encoded, asked: QuestionTokens, reading: Reading, sentence: NDArray[np.int8]
) -> tuple[Floats, Floats, Floats, Floats]:
    """The same of the sentence that `reading` is of, given as stored token vectors, shape [tokens, width]."""
    met = np.stack([reading.matches, reading.in_passage, asked.weights * len(asked.weights) / 2], axis=1)
    return question.tokens - head.query_mean, met, head.restore(sentence), reading.parts
