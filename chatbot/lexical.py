"""Lexical retrieval: BM25 over stemmed words, Danish and English side by side."""

import logging
import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_DANISH, STOPWORDS_EN_PLUS
from numpy.typing import NDArray

STOP_WORDS = frozenset((*STOPWORDS_EN_PLUS, *STOPWORDS_DANISH))
_STEMMERS = {"en": "english", "da": "danish"}
_PHRASE = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[^\w\s]|\n")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")

# A passage without a single word still needs an entry in the vocabulary; no query contains it.
_NOTHING = "\0"


def words(text: str) -> list[str]:
    """Lower-case words and numbers without stop words; "4.000" stays whole, "it-systemer" is two."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


def numbers(text: str) -> frozenset[str]:
    """The numbers in digits, without separators: "4.000" and "4,000" are the same."""
    return frozenset(re.sub(r"[.,]", "", number) for number in _NUMBER.findall(text))


def is_stop_word(word: str) -> bool:
    """Whether a word says nothing of its own; "IT" does, "it" does not."""
    return word.lower() in STOP_WORDS and not (word.isupper() and len(word) > 1)


def content_runs(text: str) -> list[str]:
    """Phrases: runs of words between stop words, numbers and punctuation, as in RAKE, in order."""
    runs: list[list[str]] = [[]]
    for match in _PHRASE.finditer(text):
        token = match.group()
        if token[0].isalpha() and not is_stop_word(token):
            runs[-1].append(token)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]


def stems(text: str, languages: Iterable[str]) -> list[tuple[str, ...]]:
    """Each word's stems in `languages`, those that differ."""
    spoken = tuple(languages)
    return [_stems(word, spoken) for word in words(text)]


@lru_cache(maxsize=100_000)
def _stems(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(Stemmer.Stemmer(_STEMMERS[language]).stemWord(word) for language in languages))


class Bm25:
    """BM25 scores of every passage for a question. Rows are the passages' rows in the index."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @classmethod
    def build(cls, texts: Sequence[str], languages: Sequence[str]) -> "Bm25":
        tokens = [
            [stem for word in stems(text, (language,) if language in _STEMMERS else _STEMMERS) for stem in word]
            or [_NOTHING]
            for text, language in zip(texts, languages, strict=True)
        ]
        # It would tell every log about each index it builds.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        model = bm25s.BM25()
        model.index(tokens, show_progress=False)
        return cls(model)

    @classmethod
    def load(cls, folder: Path) -> "Bm25":
        """Read what `save` wrote; the scores stay on the disk and are mapped into memory."""
        return cls(bm25s.BM25.load(str(folder), mmap=True, allow_pickle=False, show_progress=False))

    def save(self, folder: Path) -> None:
        self._model.save(str(folder), allow_pickle=False, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Each passage's score as a share of what a passage full of the question's words would reach.

        Shape [passages], in [0, 1]; zeros where no word of the question is known. A word that no passage has
        weighs as much as the rarest one, so that half a match counts as half.
        """
        asked = list(dict.fromkeys(stems(question, _STEMMERS)))
        known = [self._model.get_tokens_ids(list(word)) for word in asked]
        scores: NDArray[np.float32] = self._model.get_scores_from_ids([row for rows in known for row in rows])
        highest = sum(max(map(self._idf, rows), default=self._idf(None)) for rows in known)
        return scores / np.float32(highest) if highest else scores

    def _idf(self, row: int | None) -> float:
        """Lucene's idf, which is what bm25s multiplies a word's saturated frequency (below 1) with."""
        begins = self._model.scores["indptr"]
        frequency = 0 if row is None else int(begins[row + 1] - begins[row])
        return math.log(1 + (self._model.scores["num_docs"] - frequency + 0.5) / (frequency + 0.5))
