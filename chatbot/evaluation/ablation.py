"""Ablations: the same questions asked of a chatbot that lacks one part, to see what the part adds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.answer import Answer
from chatbot.chatbot import Chatbot, Trace
from chatbot.indexing import build
from chatbot.late_interaction import Head
from chatbot.progress import Progress

Without = Callable[[Chatbot, Progress], Chatbot]

# Positions in `Head.mix`.
_TOKENS, _SENTENCES, _LEXICAL = (0, 1), (3, 4), (5,)


@dataclass(frozen=True)
class Ablation:
    """A part that can be taken away.

    Attributes:
        meaning: what is done without it.
        without: the chatbot that lacks the part; it may take long where an index has to be built.
    """

    meaning: str
    without: Without


class _Forgetful(Chatbot):
    """Takes every question as if it were the first."""

    def trace(self, question: str, history: Sequence[Answer] = (), *arguments: Any, **options: Any) -> Trace:
        return super().trace(question, (), *arguments, **options)


def _conversation(chatbot: Chatbot, _: Progress) -> Chatbot:
    return _Forgetful(chatbot.index, chatbot.embeddings, chatbot.reader, chatbot.settings)


def _bm25(chatbot: Chatbot, progress: Progress) -> Chatbot:
    settings = chatbot.settings.model_copy(update={"lexical_weight": 0.0})
    return _unmixed(*_LEXICAL)(Chatbot(chatbot.index, chatbot.embeddings, chatbot.reader, settings), progress)


def _learning(chatbot: Chatbot, progress: Progress) -> Chatbot:
    embeddings, settings = chatbot.embeddings, chatbot.settings
    head = Head.untrained(embeddings.dimension)
    index = build(tuple(chatbot.documents.values()), embeddings, head, settings.passage_characters, progress)
    return Chatbot(index, embeddings, replace(chatbot.reader, head=head, confidence=None), settings)


def _unmixed(*positions: int) -> Without:
    """The score that sentences are ranked by, without these positions of `Head.mix`."""

    def without(chatbot: Chatbot, _: Progress) -> Chatbot:
        mix = chatbot.reader.head.mix.copy()
        mix[list(positions)] = 0
        return _read_by(chatbot, head=replace(chatbot.reader.head, mix=mix))

    return without


def _read_by(chatbot: Chatbot, **changes: Any) -> Chatbot:
    """The chatbot with another reader."""
    return Chatbot(chatbot.index, chatbot.embeddings, replace(chatbot.reader, **changes), chatbot.settings)


ABLATIONS: Mapping[str, Ablation] = {
    "bm25": Ablation("retrieval by vectors alone", _bm25),
    "token-matches": Ablation("sentences ranked by their vectors and BM25, not token by token", _unmixed(*_TOKENS)),
    "sentence-vectors": Ablation("sentences ranked token by token, not by their vectors too", _unmixed(*_SENTENCES)),
    "second-sentence": Ablation("answers of one sentence", lambda chatbot, _: _read_by(chatbot, longest=1)),
    "conversation": Ablation("follow-ups taken as they stand", _conversation),
    "answerability": Ablation(
        "confidence is the lead of the best sentence; its scale is another, so look at AUROC",
        lambda chatbot, _: _read_by(chatbot, confidence=None),
    ),
    "learning": Ablation("nothing trained: plain late interaction, confidence as in the row above", _learning),
}
