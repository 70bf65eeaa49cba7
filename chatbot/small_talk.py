"""Greetings, thanks and the like get a courteous line, not a search."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.embedding import TextEmbeddings
from chatbot.language import Language
from chatbot.phrases import NOT_PLEASANTRIES, PLEASANTRIES

# On the questions that come with the corpus (dev half), nothing but small talk is nearer than 0.89.
_NEAR = 0.9


class SmallTalk:
    """Recognises small talk by its vector's nearness to a few ways of saying it, and to short questions proper."""

    def __init__(self, embeddings: TextEmbeddings) -> None:
        sounds = [sound for pleasantry in PLEASANTRIES for sound in pleasantry.sounds_like]
        self._pleasantries = [pleasantry for pleasantry in PLEASANTRIES for _ in pleasantry.sounds_like]
        self._sounds = len(sounds)
        self._vectors = _vectors(embeddings, [*sounds, *NOT_PLEASANTRIES])

    def reply(self, vector: NDArray[np.float32], language: Language) -> str | None:
        """What to say to a question with this vector, or None where it is a question proper."""
        nearness, proper = np.split(self._vectors @ vector, [self._sounds])
        nearest = int(nearness.argmax())
        if nearness[nearest] < max(_NEAR, float(proper.max())):
            return None
        return self._pleasantries[nearest].replies[language]


def _vectors(embeddings: TextEmbeddings, questions: Sequence[str]) -> NDArray[np.float32]:
    vectors = np.empty((len(questions), embeddings.dimension), np.float32)
    for position, encoded in embeddings.questions(questions):
        vectors[position] = encoded.vector
    return vectors
