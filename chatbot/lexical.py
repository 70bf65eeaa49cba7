"""Words, numbers and stems of a text, Danish and English side by side."""

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_DANISH, STOPWORDS_EN_PLUS

STOP_WORDS = frozenset((*STOPWORDS_EN_PLUS, *STOPWORDS_DANISH))
_STEMMERS = {"en": "english", "da": "danish"}
# Languages whose words have stems here.
STEMMED = tuple(_STEMMERS)
_PHRASE = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[^\w\s]|\n")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


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
