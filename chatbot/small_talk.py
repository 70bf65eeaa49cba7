"""Greetings, thanks and the like get a courteous line, not a search."""

import numpy as np
from numpy.typing import NDArray

from chatbot.embedding import TextEmbeddings
from chatbot.language import LANGUAGES, Language
from chatbot.phrases import texts

# On the questions that come with the corpus (dev half), nothing but small talk is nearer than 0.89.
_NEAR = 0.9


class SmallTalk:
    """Recognises small talk by its vector's nearness to a few ways of saying it, and to short questions proper."""

    def __init__(self, embeddings: TextEmbeddings) -> None:
        said = [texts(language) for language in LANGUAGES]
        sounds = [
            (name, sound)
            for known in said
            for name, pleasantry in known.pleasantries.items()
            for sound in pleasantry.sounds_like
        ]
        proper = [question for known in said for question in known.not_pleasantries]
        self._names = [name for name, _ in sounds]
        self._vectors = embeddings.question_vectors([*(sound for _, sound in sounds), *proper])

    def reply(self, vector: NDArray[np.float32], language: Language) -> str | None:
        """What to say to a question with this vector, or None where it is a question proper."""
        nearness, proper = np.split(self._vectors @ vector, [len(self._names)])
        nearest = int(nearness.argmax())
        if nearness[nearest] < max(_NEAR, float(proper.max())):
            return None
        return texts(language).pleasantries[self._names[nearest]].reply
