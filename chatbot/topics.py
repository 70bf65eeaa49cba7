"""A few words that say what a passage is about: its heading, or the phrase that stands closest to its vector."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.embedding import SentenceTransformerEmbeddings
from chatbot.lexical import STOP_WORDS
from chatbot.passages import Passage

# Phrases embedded for a passage; the longest ones name the subject best.
_TRIED = 6
_LONGEST = 5
_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[^\w\s]|\n")


def topics(
    passages: Sequence[Passage], vectors: NDArray[np.float32], embeddings: SentenceTransformerEmbeddings
) -> tuple[str, ...]:
    """One topic a passage, distinct where the passages allow it.

    A passage under a heading has that heading. Any other has the phrase (words between stop words and
    punctuation, as in RAKE) whose vector is most similar to the passage's.
    """
    candidates = [
        [] if passage.headings else list(dict.fromkeys(_phrases(passage.text)))[:_TRIED] for passage in passages
    ]
    phrases = list(dict.fromkeys(phrase for phrases in candidates for phrase in phrases))
    row = {phrase: position for position, phrase in enumerate(phrases)}
    similarity = embeddings.passages(phrases) if phrases else np.empty((0, vectors.shape[1]), np.float32)
    used: Counter[str] = Counter()
    chosen: list[str] = []
    for passage, vector, options in zip(passages, vectors, candidates, strict=True):
        ranked = sorted(options, key=lambda phrase: (used[phrase.lower()], -float(similarity[row[phrase]] @ vector)))
        topic = passage.headings[-1] if passage.headings else ranked[0] if ranked else passage.document.title
        used[topic.lower()] += 1
        chosen.append(topic)
    return tuple(chosen)


def _phrases(text: str) -> Iterator[str]:
    """Runs of content words, those with most words first."""
    runs: list[list[str]] = [[]]
    for match in _TOKEN.finditer(text):
        token = match.group()
        content = token[0].isalnum() and token.lower() not in STOP_WORDS and not token[0].isdigit()
        if content:
            runs[-1].append(token)
        elif runs[-1]:
            runs.append([])
    runs = [run for run in runs if run and len(run) <= _LONGEST]
    for run in sorted(runs, key=lambda run: (-min(len(run), 3), -sum(word[0].isupper() for word in run))):
        yield " ".join(run)
