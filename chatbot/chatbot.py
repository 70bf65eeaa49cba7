"""The chatbot: a question in, an answer with its source out; also a LangChain `Runnable`."""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from chatbot.answer import Answer, Certainty, Status, cite
from chatbot.answering import Attempt, Reading, ask_tokens
from chatbot.conversation import Resolved, understand
from chatbot.embedding import Encoded, TextEmbeddings
from chatbot.highlighting import highlights
from chatbot.index import Index
from chatbot.language import Language
from chatbot.library import Library
from chatbot.listener import Listener
from chatbot.phrases import phrases
from chatbot.question import clean, refusal, without_greeting
from chatbot.reader import Reader
from chatbot.retrieval import Candidate, HybridRetriever, candidates
from chatbot.settings import Settings
from chatbot.small_talk import SmallTalk

if TYPE_CHECKING:
    from chatbot.writing.writer import Writer, Writing

_SUGGESTIONS = 3
_SUPPORTING = 2

# A further passage is shown along with the answer if its best sentence had at least this chance of being it.
_SUPPORTS = 0.05

# How much surer a follow-up's other reading must be before a question that may stand alone is not taken as it is.
_PLAIN_BONUS = 0.1


class Stopwatch:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + (now - self._last) * 1000
        self._last = now


@dataclass(frozen=True)
class Trace:
    """An answer and how it came about.

    Attributes:
        candidates: the passages in their final order.
        readings: what each of them says to the question, in the same order.
        steps: milliseconds by step.
        writing: what a language model made of it, where one was asked.
    """

    answer: Answer
    candidates: tuple[Candidate, ...] = ()
    readings: tuple[Reading, ...] = ()
    steps: Mapping[str, float] = field(default_factory=dict)
    writing: "Writing | None" = None


class Chatbot(Runnable[str, Answer]):
    """Answers questions from an index. Holds no state between questions; safe to call from several threads."""

    def __init__(
        self,
        index: Index,
        embeddings: TextEmbeddings,
        reader: Reader,
        settings: Settings,
        writer: "Writer | None" = None,
    ) -> None:
        self.index = index
        self.writer = writer
        self.reader = reader
        self.embeddings = embeddings
        self.settings = settings
        self._small_talk = SmallTalk(embeddings)

    def over(self, index: Index) -> "Chatbot":
        """The same chatbot, answering from another index."""
        other = copy.copy(self)
        other.index = index
        return other

    @property
    def documents(self) -> Library:
        """The documents it answers from, by id."""
        return self.index.documents

    @property
    def retriever(self) -> HybridRetriever:
        """Its retrieval alone, for another LangChain application."""
        return HybridRetriever(
            index=self.index, embeddings=self.embeddings, lexical_weight=self.settings.lexical_weight
        )

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self._call_with_config(self.ask, input, config)

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        language: Language | None = None,
        listener: Listener | None = None,
    ) -> Answer:
        """Answer one question.

        Args:
            question: in Danish or English.
            history: the earlier answers of the same conversation, oldest first.
            language: frames the answer where the question does not show its own language.
            listener: hears the sentences of an answer that a language model writes, one by one; the answer that is
                returned counts, also where it is another.
        """
        return self.trace(question, history, language, listener=listener).answer

    def trace(
        self,
        question: str,
        history: Sequence[Answer] = (),
        language: Language | None = None,
        without: Collection[str] = (),
        listener: Listener | None = None,
    ) -> Trace:
        """Answer one question as `ask` does and keep what was retrieved, read and how long it took.

        Documents whose ids are in `without` are left out, which is how not knowing is measured.
        """
        settings = self.settings
        clock = Stopwatch()
        question = clean(question)
        plain = Resolved(question[: settings.max_question_characters])
        spoken = plain.language or language or settings.language
        reason = refusal(question, spoken, settings.max_question_characters)
        if reason:
            return Trace(Answer(question=plain.text, language=spoken, status=Status.REJECTED, text=reason))
        clock.lap("checking")
        encoded = self.embeddings.question(question)
        clock.lap("embedding")
        courtesy = self._small_talk.reply(encoded.vector, spoken)
        clock.lap("small talk")
        if courtesy:
            answer = Answer(question=question, language=spoken, status=Status.SMALL_TALK, text=courtesy)
            return Trace(answer, steps=clock.laps)
        listener = listener or Listener()
        deadline = self.writer.deadline() if self.writer else 0.0
        asked = without_greeting(question)
        if asked != question:
            plain = Resolved(asked)
            encoded = self.embeddings.question(asked)
            clock.lap("embedding")
        understanding = understand(asked, spoken, history)
        attempts = [self._attempt(plain, encoded, without, clock)] if understanding.plain else []
        enough = understanding.last_resort and attempts[0].chance >= settings.threshold
        versions = () if enough else understanding.resolved
        if versions and self.writer:
            rewritten = self.writer.condense(asked, spoken, history, deadline, listener)
            clock.lap("condensing")
            if rewritten:
                attempts.append(self._attempt_again(Resolved(rewritten), without, clock))
                versions = () if attempts[-1].chance >= settings.threshold else versions
        attempts.extend(self._attempt_again(version, without, clock) for version in versions)
        best = max(attempts, key=lambda attempt: attempt.chance + (_PLAIN_BONUS if attempt.question == asked else 0))
        understood = None if best.question == asked else best.question
        if best.chance < settings.threshold:
            answer = self._not_found(question, spoken, best)
        else:
            answer = self._answered(question, spoken, best)
        if understood:
            answer = answer.model_copy(update={"understood_as": understood})
        clock.lap("answering")
        writing = None
        if self.writer and answer.status == Status.ANSWERED:
            answer, writing = self.writer.write(best, answer, deadline, listener)
            clock.lap("writing")
        return Trace(answer, best.candidates, best.readings, clock.laps, writing)

    def _attempt_again(self, version: Resolved, without: Collection[str], clock: "Stopwatch") -> Attempt:
        encoded = self.embeddings.question(version.text)
        clock.lap("embedding")
        return self._attempt(version, encoded, without, clock)

    def _attempt(self, version: Resolved, encoded: Encoded, without: Collection[str], clock: "Stopwatch") -> Attempt:
        settings = self.settings
        question = version.text
        found = candidates(self.index, question, encoded.vector, settings.candidates, settings.lexical_weight, without)
        clock.lap("retrieval")
        asked = ask_tokens(self.reader.head, encoded, version.carried)
        readings, chance = self.reader.read(self.index, version, encoded, asked, found)
        clock.lap("reading")
        reranked = tuple(reading.candidate for reading in readings)
        return Attempt(question, asked, reranked, tuple(readings), chance)

    def _answered(self, question: str, language: Language, attempt: Attempt) -> Answer:
        best, *others = attempt.readings
        supporting = [reading for reading in others if reading.probability >= _SUPPORTS]
        shown = [best, *supporting[:_SUPPORTING]]
        citations = tuple(
            cite(
                reading.passage.document,
                *reading.span,
                reading.passage.headings,
                highlights(self.index, self.embeddings, attempt.asked, reading),
                (reading.passage.start, reading.passage.end),
            )
            for reading in shown
        )
        clear = attempt.chance >= self.settings.clear_threshold
        return Answer(
            question=question,
            language=language,
            status=Status.ANSWERED,
            certainty=Certainty.CLEAR if clear else Certainty.POSSIBLE,
            text=citations[0].quote,
            confidence=attempt.chance,
            citations=citations,
        )

    def _not_found(self, question: str, language: Language, attempt: Attempt) -> Answer:
        nearest = dict.fromkeys(self.index.topics([reading.candidate.row for reading in attempt.readings]))
        return Answer(
            question=question,
            language=language,
            status=Status.NOT_FOUND,
            text=phrases(language).not_found,
            confidence=attempt.chance,
            suggestions=tuple(nearest)[:_SUGGESTIONS],
        )
