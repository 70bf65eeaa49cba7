"""A few words that say what a passage is about: its heading, or the phrase that stands closest to its vector."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.embedding import TextEmbeddings
from chatbot.lexical import content_runs
from chatbot.passages import Passage
from chatbot.progress import Progress, no_progress

# Phrases embedded for a passage; the longest ones name the subject best.
_TRIED = 6
_LONGEST = 5


def topics(
    passages: Sequence[Passage],
    vectors: NDArray[np.float32],
    embeddings: TextEmbeddings,
    known: Sequence[str | None] = (),
    progress: Progress = no_progress,
) -> tuple[str, ...]:
    """One topic a passage, distinct where the passages allow it.

    A passage under a heading has that heading. Any other has the phrase (words between stop words and
    punctuation, as in RAKE) whose vector is most similar to the passage's. One that had a topic in an
    earlier index, among the `known`, keeps it.
    """
    before = known or [None] * len(passages)
    candidates = [
        [] if passage.headings else list(dict.fromkeys(_phrases(passage.text)))[:_TRIED] for passage in passages
    ]
    candidates = [[topic] if topic and options else options for topic, options in zip(before, candidates, strict=True)]
    phrases = list(dict.fromkeys(phrase for options in candidates if len(options) > 1 for phrase in options))
    row = {phrase: position for position, phrase in enumerate(phrases)}
    similarity = embeddings.passage_vectors(phrases, progress, "Naming topics")
    used = Counter(topic.lower() for topic in before if topic)
    chosen: list[str] = []
    for passage, vector, options, topic in zip(passages, vectors, candidates, before, strict=True):
        if len(options) > 1:
            options = sorted(
                options, key=lambda phrase: (used[phrase.lower()], -float(similarity[row[phrase]] @ vector))
            )
        named = passage.headings[-1] if passage.headings else options[0] if options else passage.document.title
        if not topic:
            used[named.lower()] += 1
        chosen.append(named)
    return tuple(chosen)


def _phrases(text: str) -> list[str]:
    """The text's phrases, the most telling first: up to three words and capitals count."""
    runs = [run.split() for run in content_runs(text)]
    telling = sorted(
        (run for run in runs if len(run) <= _LONGEST),
        key=lambda run: (-min(len(run), 3), -sum(word[0].isupper() for word in run)),
    )
    return [" ".join(run) for run in telling]
