"""Late interaction: how well each token of a question is met by the tokens of a sentence (MaxSim, as in ColBERT)."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.arrays import Floats

# Unit vectors are stored as int8: a cosine is off by about 0.002.
_INT8 = 127.0


@dataclass(frozen=True)
class Head:
    """The learned part of late interaction.

    Token vectors are centred, projected from `dimension` to `width` and normalised, on each side by its own
    matrix. Every question token has an importance; the ranking mixes the matches with the first stage's scores.

    Attributes:
        query_mean, passage_mean: the mean token vectors, shape [dimension].
        query_matrix, passage_matrix: shape [dimension, width].
        importance, importance_bias: softplus(x · importance + bias) weighs a question token, shape [dimension], [].
        mix: weights of sentence match, passage match, and the dense passage, sentence, best sentence and BM25 scores;
            the mixed score is a logit, so that a softmax over the sentences of all candidates gives probabilities.
    """

    query_mean: Floats
    passage_mean: Floats
    query_matrix: Floats
    passage_matrix: Floats
    importance: Floats
    importance_bias: Floats
    mix: Floats

    @property
    def width(self) -> int:
        return int(self.passage_matrix.shape[1])

    @classmethod
    def untrained(cls, dimension: int) -> "Head":
        """Plain MaxSim, for an embedding model that the shipped head was not trained on."""
        zeros, identity = np.zeros(dimension, np.float32), np.eye(dimension, dtype=np.float32)
        mix = 20 * np.array([1.0, 0.5, 0.5, 0.5, 0.0, 0.1], np.float32)
        return cls(zeros, zeros, identity, identity, zeros, np.zeros((), np.float32), mix)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the stored token vectors would."""
        digest = hashlib.sha256(self.passage_mean.tobytes() + str(_INT8).encode())
        digest.update(self.passage_matrix.tobytes())
        return digest.hexdigest()

    def question(self, tokens: Floats, emphasis: NDArray[np.float64] | float = 1.0) -> "QuestionTokens":
        """Project a question's token vectors, shape [tokens, dimension], and weigh them.

        `emphasis`, shape [tokens], multiplies the learned weights.
        """
        centred = self.centred(tokens)
        weights = emphasis * np.logaddexp(0.0, centred @ self.importance + self.importance_bias)
        total = max(float(weights.sum()), 1e-9)
        return QuestionTokens(_unit(centred @ self.query_matrix), (weights / total).astype(np.float32))

    def centred(self, question: Floats) -> Floats:
        """A question's token vectors without their mean, shape [tokens, dimension]."""
        return question - self.query_mean

    def passage(self, tokens: Floats) -> NDArray[np.int8]:
        """Project and quantise a passage's token vectors, shape [tokens, dimension] to [tokens, width]."""
        unit = _unit((tokens - self.passage_mean) @ self.passage_matrix)
        quantised: NDArray[np.int8] = np.rint(unit * _INT8).astype(np.int8)
        return quantised

    def restore(self, passage_tokens: NDArray[np.int8]) -> Floats:
        """Stored token vectors as unit vectors again."""
        return passage_tokens.astype(np.float32) / np.float32(_INT8)


@dataclass(frozen=True)
class QuestionTokens:
    """A question ready to be matched: unit vectors [tokens, width] and weights [tokens] that sum to one."""

    vectors: Floats
    weights: Floats

    def similarities(self, passage_tokens: NDArray[np.int8]) -> Floats:
        """Cosine of each passage token with each question token, shape [passage tokens, question tokens]."""
        cosines: Floats = passage_tokens.astype(np.float32) @ (self.vectors.T / _INT8)
        return cosines


def best_per_sentence(similarities: Floats, first_token: NDArray[np.int64]) -> Floats:
    """The best match of each question token in each sentence, shape [sentences, question tokens].

    `first_token` are the rows of `similarities` where the sentences begin; none of them is empty.
    """
    best: Floats = np.maximum.reduceat(similarities, first_token, axis=0)
    return best


def _unit(vectors: NDArray[Any]) -> Floats:
    unit: Floats = (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
