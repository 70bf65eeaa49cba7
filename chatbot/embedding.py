"""Embedding: texts as vectors, behind LangChain's `Embeddings`."""

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot.batching import Batched
from chatbot.progress import Progress, no_progress

Vectors = NDArray[np.float32]

_BATCH = 8
# The same sentences are quoted again and again.
_OFFSETS_KEPT = 5000
_CHARACTERS = 4000  # in a batch, about; longer ones fall out of the processor's cache


@dataclass(frozen=True)
class Encoded:
    """A text as the encoder sees it.

    Attributes:
        vector: the whole text as a unit vector, shape [dimension].
        tokens: the last hidden state of each token of the text itself, without prompt and special tokens,
            shape [tokens, dimension].
        offsets: where each token stands in the text, in characters, shape [tokens, 2].
    """

    vector: Vectors
    tokens: Vectors
    offsets: NDArray[np.int64]


class TextEmbeddings(Embeddings, ABC):
    """Vectors of questions and passages; safe to call from several threads.

    Attributes:
        name: the model as the settings name it.
        fingerprint: changes whenever the vectors would.
        prompts: what the model wants before a text, by `query` and `passage`.
        threads: processor threads for one question.
        indexing_threads: processor threads for many texts.
    """

    def __init__(self, name: str, fingerprint: str, prompts: Mapping[str, str], threads: int) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.prompts = prompts
        self.threads = threads
        self.indexing_threads = max(threads, os.cpu_count() or 1)
        self._offsets = lru_cache(_OFFSETS_KEPT)(self.offsets)
        # Half of the cores are left to what is done with the vectors.
        self._together = Batched(self._encode_questions, max(1, self.indexing_threads // (2 * threads)))

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of a vector."""

    @abstractmethod
    def encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        """Texts, each behind the same prompt, computed together."""

    @abstractmethod
    def encode_many(self, batches: Iterable[Sequence[str]], prompt: str) -> Iterator[list[Encoded]]:
        """The batches, in order, on `indexing_threads`."""

    @abstractmethod
    def offsets(self, text: str, prompt: str) -> NDArray[np.int64]:
        """`Encoded.offsets` of a text, without encoding it."""

    def in_background(self) -> Self:
        """The same model, for indexing while questions are answered: on no more threads than a question has."""
        other = copy.copy(self)
        other.indexing_threads = self.threads
        return other

    def question(self, text: str) -> Encoded:
        """One question; those that several threads ask for at the same time are computed together."""
        return self._together(text)

    def questions(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Encoding questions"
    ) -> Iterator[tuple[int, Encoded]]:
        """Many questions with their positions in `texts`, on all cores, longest first."""
        return self._many(texts, self.prompts["query"], progress, step)

    def passages(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Embedding"
    ) -> Iterator[tuple[int, Encoded]]:
        """Passages with their positions in `texts`, on all cores, longest first."""
        return self._many(texts, self.prompts["passage"], progress, step)

    def _encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        return self.encode(texts, self.prompts["query"])

    def _many(self, texts: Sequence[str], prompt: str, progress: Progress, step: str) -> Iterator[tuple[int, Encoded]]:
        batches = list(_batches(texts))
        done = 0
        encoded = self.encode_many(([texts[position] for position in batch] for batch in batches), prompt)
        for batch, results in zip(batches, encoded, strict=True):
            yield from zip(batch, results, strict=True)
            done += len(batch)
            progress(step, done, len(texts))

    def passage_vectors(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Embedding"
    ) -> Vectors:
        """Texts as unit vectors, shape [len(texts), dimension]."""
        return self._stacked(len(texts), self.passages(texts, progress, step))

    def question_vectors(self, texts: Sequence[str]) -> Vectors:
        """Questions as unit vectors, shape [len(texts), dimension]."""
        return self._stacked(len(texts), self.questions(texts))

    def _stacked(self, count: int, encoded: Iterable[tuple[int, Encoded]]) -> Vectors:
        vectors = np.zeros((count, self.dimension), np.float32)
        for position, each in encoded:
            vectors[position] = each.vector
        return vectors

    def passage_offsets(self, text: str) -> NDArray[np.int64]:
        """Where a passage's tokens stand in it, as in `Encoded.offsets`, without encoding it; the last ones are kept."""
        return self._offsets(text, self.prompts["passage"])

    def embed_query(self, text: str) -> list[float]:
        return self.question(text).vector.tolist()  # type: ignore[no-any-return]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.passage_vectors(texts).tolist()  # type: ignore[no-any-return]


def own_tokens(
    offsets: NDArray[np.int64], special: NDArray[np.bool_], prompt: str
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which tokens are the text's own, and where those of them stand in it.

    Args:
        offsets: where each token stands in prompt and text together, shape [tokens, 2].
        special: which tokens the tokenizer added, shape [tokens].
        prompt: what stands before the text.
    """
    places = offsets - len(prompt)
    # A token that begins inside the prompt's last space still belongs to the text.
    own = ~special & (places[:, 1] > 0) & (places[:, 1] > places[:, 0])
    return own, np.maximum(places[own], 0)


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Positions of the texts in batches of about the same length, longest first."""
    batch: list[int] = []
    for position in sorted(range(len(texts)), key=lambda position: -len(texts[position])):
        if batch and (len(batch) >= _BATCH or (len(batch) + 1) * len(texts[batch[0]]) > _CHARACTERS):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
