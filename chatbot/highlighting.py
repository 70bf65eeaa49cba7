"""Highlighting: the words of a quote that met the question best."""

import re

from chatbot.answering import Reading
from chatbot.embedding import TextEmbeddings
from chatbot.index import Index
from chatbot.late_interaction import QuestionTokens
from chatbot.lexical import is_stop_word
from chatbot.sentences import Span

# A question token that nothing in the sentence meets this well (cosine) marks no word.
_MET = 0.43
# Nor does one that weighs less than this share of the mean.
_WEIGHS = 0.75
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*%?")


def highlights(index: Index, embeddings: TextEmbeddings, asked: QuestionTokens, reading: Reading) -> tuple[Span, ...]:
    """Words of the best sentence, as document offsets, that the question's important tokens were met by."""
    passage = reading.passage
    start, end = passage.sentences[reading.sentence]
    stored = index.sentence_tokens(reading.candidate.row, reading.sentence)
    # Words are tokenised one by one, so the sentence alone has the tokens that it has in its passage.
    offsets = embeddings.passage_offsets(passage.document.slice(start, end))
    if len(offsets) != len(stored):
        return ()  # it is cut off by the encoder's limit
    important = (asked.weights >= _WEIGHS / len(asked.weights)) & (reading.matches >= _MET)
    best = asked.similarities(stored).argmax(axis=0)[important]
    middles = set((offsets[best].sum(axis=1) / 2 + start).tolist())
    words = (
        (start + word.start(), start + word.end())
        for word in _WORD.finditer(passage.document.slice(start, end))
        if not is_stop_word(word.group())
    )
    return tuple((left, right) for left, right in words if any(left <= middle <= right for middle in middles))
