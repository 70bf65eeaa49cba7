"""Comparing an answer's words with the expected ones, in SQuAD's definition.

Normalisation, exact match and token F1 are those of the official evaluation script, version 2.0:
Rajpurkar et al. (2016), arXiv:1606.05250, section 6.1; Rajpurkar, Jia and Liang (2018), arXiv:1806.03822.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_SEPARATORS = str.maketrans("", "", ".,")


def normalise(text: str) -> str:
    """Lower case, without ASCII punctuation and the articles a, an, the, with single spaces."""
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction is one of the answers, normalised. Without answers, only "" is right."""
    return float(any(normalise(prediction) == gold for gold in _golds(answers)))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best token F1 with one of the answers, in [0, 1]. Without answers, only "" is right."""
    return max(_f1(normalise(prediction).split(), gold.split()) for gold in _golds(answers))


def contains(text: str, answer: str) -> bool:
    """Whether the answer's normalised words stand in the text's, whole and in a row: "2018" is not in "20180".

    Joined words count both as one and as several, so "2025" is in "2022-2025" and "Denmark" in "Denmark's";
    a number stays whole, so "4" is not in "4.000".
    """
    gold = normalise(answer).split()
    if not gold:
        return bool(answer.strip()) and answer.strip().lower() in text.lower()
    apart = _words(answer)
    return _is_run(gold, normalise(text).split()) or (bool(apart) and _is_run(apart, _words(text)))


def _golds(answers: Sequence[str]) -> list[str]:
    return [gold for answer in answers if (gold := normalise(answer))] or [""]


def _f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    shared = (Counter(predicted) & Counter(gold)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def _words(text: str) -> list[str]:
    return [word.translate(_SEPARATORS) for word in _WORD.findall(_ARTICLE.sub(" ", text.lower()))]


def _is_run(run: list[str], words: list[str]) -> bool:
    return any(words[start : start + len(run)] == run for start in range(len(words) - len(run) + 1))
