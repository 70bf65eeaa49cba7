"""A few words that say what a passage is about: its heading, or the phrase that stands closest to its vector."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.embedding import SentenceTransformerEmbeddings
from chatbot.lexical import content_runs
from chatbot.passages import Passage

# Phrases embedded for a passage; the longest ones name the subject best.
_TRIED = 6
_LONGEST = 5


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
    similarity = embeddings.passage_vectors(phrases) if phrases else np.empty((0, vectors.shape[1]), np.float32)
    used: Counter[str] = Counter()
    chosen: list[str] = []
    for passage, vector, options in zip(passages, vectors, candidates, strict=True):
        ranked = sorted(options, key=lambda phrase: (used[phrase.lower()], -float(similarity[row[phrase]] @ vector)))
        topic = passage.headings[-1] if passage.headings else ranked[0] if ranked else passage.document.title
        used[topic.lower()] += 1
        chosen.append(topic)
    return tuple(chosen)


def _phrases(text: str) -> list[str]:
    """The text's phrases, the most telling first: up to three words and capitals count."""
    runs = [run.split() for run in content_runs(text)]
    telling = sorted(
        (run for run in runs if len(run) <= _LONGEST),
        key=lambda run: (-min(len(run), 3), -sum(word[0].isupper() for word in run)),
    )
    return [" ".join(run) for run in telling]
