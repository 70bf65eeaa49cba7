"""Writing an answer: the model proposes sentences, the corpus decides which of them are shown."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING

from chatbot.answer import Answer, Certainty, Citation, Wording, WrittenSentence
from chatbot.answering import Attempt
from chatbot.language import Language
from chatbot.listener import Listener
from chatbot.writing.condensing import condensed
from chatbot.writing.model import trouble
from chatbot.writing.prompt import NOT_IN_PASSAGES, Prompt, condensing_prompt, writing_prompt
from chatbot.writing.stream import LeftError, SentenceCutter, chunks
from chatbot.writing.verification import Reason, Supported, Verifier

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

    from chatbot.embedding import TextEmbeddings
    from chatbot.reader import Reader
    from chatbot.settings import Settings

# Characters a token has at most, on average; more is output without end from a server that knows no limit.
_CHARACTERS_A_TOKEN = 8
# So many sentences that nothing supports are rambling.
_DROPPED = 6
# The share of the time that making a follow-up stand alone may take.
_CONDENSING = 0.4

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How writing an answer ended."""

    WRITTEN = "written"
    DECLINED = "declined"
    UNSUPPORTED = "unsupported"
    RAMBLING = "rambling"
    SLOW = "slow"
    FAILED = "failed"
    LEFT = "left"


@dataclass(frozen=True)
class Writing:
    """What the model wrote.

    Attributes:
        supported: the sentences that passed, in order.
        dropped: why each of the others did not.
        prompt_tokens, output_tokens: as the model counts them; None where it does not tell.
    """

    outcome: Outcome
    supported: tuple[Supported, ...] = ()
    dropped: tuple[Reason, ...] = ()
    prompt_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True)
class Writer:
    """Writes answers with a chat model. Holds no state between questions; safe to call from several threads."""

    model: "BaseChatModel"
    embeddings: "TextEmbeddings"
    reader: "Reader"
    settings: "Settings"

    def deadline(self) -> float:
        """When an answer that is begun now must be there, of `time.monotonic`."""
        return monotonic() + self.settings.llm_timeout

    def condense(
        self, question: str, language: Language, history: Sequence[Answer], deadline: float, listener: Listener
    ) -> str | None:
        """A follow-up as a question that stands alone, in the words of the conversation, or None."""
        before = [(turn.understood_as or turn.question, turn.text) for turn in history if turn.citations][-3:]
        if not before:
            return None
        half = monotonic() + _CONDENSING * (deadline - monotonic())
        try:
            pieces = chunks(self.model, condensing_prompt(question, language, before), half, listener)
            said = "".join(_bounded(pieces, self.settings.max_question_characters))
        except Exception as error:  # noqa: BLE001 - the resolver without a model takes over
            _log("A follow-up was not condensed", error, self.settings.llm_base_url)
            return None
        return condensed(said, question, language, before)

    def write(self, attempt: Attempt, quoted: Answer, deadline: float, listener: Listener) -> tuple[Answer, Writing]:
        """The written answer, or the quoted one marked as standing in, and how it went.

        Args:
            attempt: the question, standing alone, with the passages read.
            quoted: the answer without a model.
            deadline: when to stop, of `time.monotonic`.
            listener: hears the sentences as they pass.
        """
        verifier = Verifier(self.embeddings, self.reader)
        most = self.settings.llm_prompt_tokens
        prompt = writing_prompt(attempt.question, quoted.language, attempt.readings, most)
        draft = _Draft(attempt, quoted.language, verifier, prompt, listener)
        try:
            writing = self._draft(draft, deadline)
        except TimeoutError:
            writing = draft.ended(Outcome.SLOW)
        except LeftError:
            writing = draft.ended(Outcome.LEFT)
        except Exception as error:  # noqa: BLE001 - whatever a provider raises, the quote stands in
            _log("An answer was not written", error, self.settings.llm_base_url)
            writing = draft.ended(Outcome.FAILED)
        return _answer(quoted, writing), writing

    def _draft(self, draft: "_Draft", deadline: float) -> Writing:
        cutter = SentenceCutter(draft.language)
        most = self.settings.llm_max_tokens * _CHARACTERS_A_TOKEN
        said = ""
        for chunk in chunks(self.model, draft.prompt.messages, deadline, draft.listener):
            draft.count(chunk.usage_metadata)
            said += chunk.text
            if len(said) > most or len(draft.dropped) > _DROPPED:
                return draft.ended(Outcome.RAMBLING)
            draft.add(cutter.add(chunk.text))
        if NOT_IN_PASSAGES in said:
            return draft.ended(Outcome.DECLINED)
        draft.add(cutter.rest())
        return draft.ended(Outcome.WRITTEN if draft.told else Outcome.UNSUPPORTED)


@dataclass
class _Draft:
    """An answer as it grows."""

    attempt: Attempt
    language: Language
    verifier: Verifier
    prompt: Prompt
    listener: Listener
    supported: list[Supported] = field(default_factory=list)
    dropped: list[Reason] = field(default_factory=list)
    told: int = 0
    tokens: dict[str, int] = field(default_factory=dict)

    def add(self, written: Sequence[str]) -> None:
        """Check sentences, and tell those that pass once they have begun to answer the question."""
        for sentence in written:
            found = self.verifier.check(sentence, self.prompt.passages, self.attempt.question, self.language)
            if isinstance(found, Reason):
                self.dropped.append(found)
            elif all(found.text != before.text for before in self.supported):
                self.supported.append(found)
        if self.told or self._answers():
            for passed in numbered(self.supported)[self.told :]:
                self.listener.said(passed)
            self.told = len(self.supported)

    def count(self, usage: object) -> None:
        """Take the numbers of tokens, where a chunk has them."""
        if isinstance(usage, dict):
            for name in ("input_tokens", "output_tokens"):
                self.tokens[name] = max(self.tokens.get(name, 0), int(usage.get(name, 0)))

    def ended(self, outcome: Outcome) -> Writing:
        return Writing(
            outcome,
            tuple(self.supported),
            tuple(self.dropped),
            self.tokens.get("input_tokens"),
            self.tokens.get("output_tokens"),
        )

    def _answers(self) -> bool:
        """Whether what has passed says about the question what the quote says."""
        text = " ".join(found.text for found in self.supported)
        return bool(text) and self.verifier.answers(
            text, self.attempt.question, self.attempt.asked, self.attempt.readings[0]
        )


def numbered(supported: Sequence[Supported]) -> list[WrittenSentence]:
    """The sentences with the number that each one's citation has among all of them."""
    sources = citations(supported)
    return [WrittenSentence(text=found.text, source=sources.index(found.citation) + 1) for found in supported]


def citations(supported: Sequence[Supported]) -> tuple[Citation, ...]:
    """The citations of written sentences, each once, in the order in which they are needed."""
    return tuple(dict.fromkeys(found.citation for found in supported))


def _answer(quoted: Answer, writing: Writing) -> Answer:
    if writing.outcome != Outcome.WRITTEN:
        # The model's doubt counts as much as that it is no more than doubt.
        certainty = Certainty.POSSIBLE if writing.outcome == Outcome.DECLINED else quoted.certainty
        return quoted.model_copy(update={"wording": Wording.STOOD_IN, "certainty": certainty})
    written = numbered(writing.supported)
    return quoted.model_copy(
        update={
            "text": " ".join(sentence.text for sentence in written),
            "citations": citations(writing.supported),
            "wording": Wording.WRITTEN,
            "sentences": tuple(written),
        }
    )


def _bounded(pieces: "Iterator[AIMessageChunk]", most: int) -> Iterator[str]:
    """The text of pieces up to about `most` characters."""
    length = 0
    for piece in pieces:
        text = str(piece.text)
        yield text
        length += len(text)
        if length > most:
            return


def _log(what: str, error: Exception, address: str) -> None:
    reason = "It took too long." if isinstance(error, TimeoutError) else trouble(error, address)
    logger.warning("%s: %s", what, reason)
