"""Lexical retrieval: BM25 over stemmed words, Danish and English side by side."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_DANISH, STOPWORDS_EN_PLUS
from numpy.typing import NDArray

STOP_WORDS = frozenset((*STOPWORDS_EN_PLUS, *STOPWORDS_DANISH))
_STEMMERS = {"en": "english", "da": "danish"}
_WORD = re.compile(r"\w+(?:[.,]\d+)*")

# A passage without a single word still needs an entry in the vocabulary; no query contains it.
_NOTHING = "\0"


def words(text: str) -> list[str]:
    """Lower-case words and numbers without stop words; "4.000" stays whole, "it-systemer" is two."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


def stems(text: str, languages: Iterable[str]) -> list[str]:
    """The words' stems in each of `languages`, those that differ side by side."""
    found = words(text)
    columns = [Stemmer.Stemmer(_STEMMERS[language]).stemWords(found) for language in languages]
    return [stem for row in zip(*columns, strict=True) for stem in dict.fromkeys(row)]


class Bm25:
    """BM25 scores of every passage for a question. Rows are the passages' rows in the index."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @classmethod
    def build(cls, texts: Sequence[str], languages: Sequence[str]) -> "Bm25":
        tokens = [
            stems(text, (language,) if language in _STEMMERS else _STEMMERS) or [_NOTHING]
            for text, language in zip(texts, languages, strict=True)
        ]
        model = bm25s.BM25()
        model.index(tokens, show_progress=False)
        return cls(model)

    @classmethod
    def load(cls, folder: Path) -> "Bm25":
        return cls(bm25s.BM25.load(str(folder), allow_pickle=False, show_progress=False))

    def save(self, folder: Path) -> None:
        self._model.save(str(folder), allow_pickle=False, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """One score a passage, shape [passages]; zeros where no word of the question is known."""
        known = self._model.get_tokens_ids(list(dict.fromkeys(stems(question, _STEMMERS))))
        scores: NDArray[np.float32] = self._model.get_scores_from_ids(known)
        return scores
