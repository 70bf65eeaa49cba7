"""Highlighting: the words of a quote that met the question best."""

import re

import numpy as np

from chatbot.answering import Reading
from chatbot.embedding import TextEmbeddings
from chatbot.index import Index, tokens_by_sentence
from chatbot.late_interaction import QuestionTokens
from chatbot.lexical import is_stop_word
from chatbot.sentences import Span

# A question token that nothing in the sentence meets this well (cosine) marks no word.
_MET = 0.5
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*%?")


def highlights(index: Index, embeddings: TextEmbeddings, asked: QuestionTokens, reading: Reading) -> tuple[Span, ...]:
    """Words of the best sentence, as document offsets, that the question's important tokens were met by."""
    passage = reading.passage
    offsets = embeddings.passage_offsets(passage.embedded_text)
    owned = tokens_by_sentence(passage, offsets)[reading.sentence]
    similarities = asked.similarities(index.sentence_tokens(reading.candidate.row, reading.sentence))
    important = (asked.weights >= 1 / len(asked.weights)) & (reading.matches >= _MET)
    best = {int(owned[row]) for row in similarities.argmax(axis=0)[np.flatnonzero(important)]}
    heading = len(passage.embedded_text) - len(passage.text)
    middles = [float(offsets[token].mean()) - heading + passage.start for token in best]
    start, end = passage.sentences[reading.sentence]
    words = (
        (start + word.start(), start + word.end())
        for word in _WORD.finditer(passage.document.slice(start, end))
        if not is_stop_word(word.group())
    )
    return tuple((left, right) for left, right in words if any(left <= middle <= right for middle in middles))
