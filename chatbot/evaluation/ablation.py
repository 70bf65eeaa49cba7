"""Ablations: the same questions asked of a chatbot that lacks one part, to see what the part adds."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatbot.answer import Answer
from chatbot.chatbot import Chatbot, Trace
from chatbot.indexing import build
from chatbot.language import Language
from chatbot.late_interaction import Head
from chatbot.listener import Listener
from chatbot.progress import Progress

if TYPE_CHECKING:
    from chatbot.reader import Reader

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
    without: Callable[[Chatbot, Progress], Chatbot]


class _Forgetful(Chatbot):
    """Takes every question as if it were the first."""

    def trace(
        self,
        question: str,
        history: Sequence[Answer] = (),
        language: Language | None = None,
        without: Collection[str] = (),
        listener: Listener | None = None,
    ) -> Trace:
        return super().trace(question, (), language, without, listener)


def _bm25(chatbot: Chatbot, progress: Progress) -> Chatbot:
    settings = chatbot.settings.model_copy(update={"lexical_weight": 0.0})
    return Chatbot(chatbot.index, chatbot.embeddings, _unmixed(chatbot.reader, _LEXICAL), settings)


def _token_matches(chatbot: Chatbot, progress: Progress) -> Chatbot:
    return _with(chatbot, _unmixed(chatbot.reader, _TOKENS))


def _sentence_vectors(chatbot: Chatbot, progress: Progress) -> Chatbot:
    return _with(chatbot, _unmixed(chatbot.reader, _SENTENCES))


def _learning(chatbot: Chatbot, progress: Progress) -> Chatbot:
    embeddings = chatbot.embeddings
    head = Head.untrained(embeddings.dimension)
    documents = tuple(chatbot.documents.values())
    index = build(documents, embeddings, head, chatbot.settings.passage_characters, progress)
    reader = replace(chatbot.reader, head=head, confidence=None)
    return Chatbot(index, embeddings, reader, chatbot.settings)


def _answerability(chatbot: Chatbot, progress: Progress) -> Chatbot:
    return _with(chatbot, replace(chatbot.reader, confidence=None))


def _second_sentence(chatbot: Chatbot, progress: Progress) -> Chatbot:
    return _with(chatbot, replace(chatbot.reader, longest=1))


def _conversation(chatbot: Chatbot, progress: Progress) -> Chatbot:
    return _Forgetful(chatbot.index, chatbot.embeddings, chatbot.reader, chatbot.settings)


ABLATIONS: Mapping[str, Ablation] = {
    "bm25": Ablation("retrieval by vectors alone", _bm25),
    "token-matches": Ablation("sentences ranked by their vectors and BM25, not token by token", _token_matches),
    "sentence-vectors": Ablation("sentences ranked token by token, not by their vectors too", _sentence_vectors),
    "second-sentence": Ablation("answers of one sentence", _second_sentence),
    "conversation": Ablation("follow-ups taken as they stand", _conversation),
    "answerability": Ablation(
        "confidence is the lead of the best sentence; its scale is another, so look at AUROC", _answerability
    ),
    "learning": Ablation("nothing trained: plain late interaction, confidence as in the row above", _learning),
}


def _with(chatbot: Chatbot, reader: "Reader") -> Chatbot:
    return Chatbot(chatbot.index, chatbot.embeddings, reader, chatbot.settings)


def _unmixed(reader: "Reader", parts: Sequence[int]) -> "Reader":
    mix = reader.head.mix.copy()
    mix[list(parts)] = 0
    return replace(reader, head=replace(reader.head, mix=mix))
