"""Answerability: does this sentence answer this question? A small transformer over vectors that are already there.

It reads the question's token vectors and the sentence's stored ones together, so it can see that the asked-for kind
of thing (a price, a date, a person) is missing, which no similarity shows. Two layers, in numpy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from chatbot.arrays import Floats

HEADS = 4
# Inputs are brought to about unit variance: centred token vectors, and stored unit vectors of 128 components.
QUESTION_SCALE = 2.0
SENTENCE_SCALE = 8.0
# A longer sentence is read up to here.
MAX_SENTENCE_TOKENS = 110


@dataclass(frozen=True)
class Met:
    """A sentence, and how well it meets a question.

    Attributes:
        matches: for each question token its match in the sentence, in the passage, and its weight, shape [tokens, 3].
        sentence: the sentence's stored token vectors as unit vectors, shape [tokens, width].
        parts: what the sentence's score was mixed from, shape [parts].
    """

    matches: Floats
    sentence: Floats
    parts: Floats


@dataclass(frozen=True)
class AnswerabilityModel:
    """The weights by name, as `chatbot train` writes them; matrices are [output, input]."""

    weights: Mapping[str, Floats]

    @property
    def layers(self) -> int:
        return sum(name.endswith(".qkv.weight") for name in self.weights)

    @cached_property
    def _transposed(self) -> Mapping[str, Floats]:
        """The matrices as [input, output], row after row: multiplying with them takes two thirds of the time."""
        return {name: np.ascontiguousarray(values.T) for name, values in self.weights.items() if values.ndim == 2}

    def logits(self, question: Floats, sentences: Sequence[Met]) -> list[float]:
        """How much speaks for each of these sentences answering the question.

        Args:
            question: centred token vectors of the question, shape [tokens, dimension].
            sentences: one or a few; they are read one by one, but multiplied with the weights together.
        """
        asked = self._linear("question", question * QUESTION_SCALE)
        inputs = [self._read(asked, met) for met in sentences]
        runs = [slice(*run) for run in pairwise(np.cumsum([0, *map(len, inputs)]).tolist())]
        states = np.concatenate(inputs)
        for layer in range(self.layers):
            states = self._block(f"blocks.{layer}", states, runs)
        states = self._norm("norm", states)
        attention = self._linear("attention", states)[:, 0]
        span = self._linear("span", states)[:, 0]
        pooled = np.stack([_softmax(attention[run]) @ states[run] for run in runs])
        values = self._linear("out", pooled) + self._linear("parts", np.stack([met.parts for met in sentences]))
        located = (np.logaddexp.reduce(span[run][len(question) :]) for run in runs)
        return [float(value) + 0.5 * float(place) for value, place in zip(values[:, 0], located, strict=True)]

    def _read(self, asked: Floats, met: Met) -> Floats:
        sentence = self._linear("sentence", met.sentence[:MAX_SENTENCE_TOKENS] * SENTENCE_SCALE)
        return np.concatenate([asked + self._linear("met", met.matches), sentence])

    def _block(self, name: str, states: Floats, runs: Sequence[slice]) -> Floats:
        count, width = states.shape
        joint = self._linear(f"{name}.qkv", self._norm(f"{name}.norm1", states))
        query, key, value = joint.reshape(count, 3, HEADS, width // HEADS).transpose(1, 2, 0, 3)
        scale = np.float32(np.sqrt(width // HEADS))
        mixed = np.concatenate(
            [_softmax(query[:, run] @ key[:, run].transpose(0, 2, 1) / scale) @ value[:, run] for run in runs], axis=1
        )
        states = states + self._linear(f"{name}.mixed", mixed.transpose(1, 0, 2).reshape(count, width))
        inner = _gelu(self._linear(f"{name}.inner", self._norm(f"{name}.norm2", states)))
        return states + self._linear(f"{name}.outer", inner)

    def _linear(self, name: str, values: Floats) -> Floats:
        result: Floats = values @ self._transposed[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result

    def _norm(self, name: str, values: Floats) -> Floats:
        centred = values - np.add.reduce(values, axis=-1, keepdims=True) / np.float32(values.shape[-1])
        variance = np.einsum("ij,ij->i", centred, centred)[:, None] / np.float32(centred.shape[1])
        scaled = centred / np.sqrt(variance + np.float32(1e-5))
        result: Floats = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return result


def _softmax(values: Floats) -> Floats:
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    result: Floats = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return result


def _gelu(values: Floats) -> Floats:
    """GELU in its tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    inner = np.float32(np.sqrt(2 / np.pi)) * values * (1 + np.float32(0.044715) * values * values)
    result: Floats = np.float32(0.5) * values * (1 + np.tanh(inner))
    return result
