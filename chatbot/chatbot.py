"""The chatbot: a question in, an answer with its source out; also a LangChain `Runnable`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from chatbot.answer import Answer, Certainty, Status, cite
from chatbot.answering import Reading, read
from chatbot.confidence import confidence
from chatbot.conversation import Resolved, understand
from chatbot.corpus import Document, load_corpus
from chatbot.embedding import Progress, SentenceTransformerEmbeddings, load_embeddings, no_progress
from chatbot.index import Index, open_index
from chatbot.language import Language, detect_language
from chatbot.late_interaction import Head
from chatbot.phrases import phrases
from chatbot.question import clean, refusal
from chatbot.retrieval import Candidate, HybridRetriever, candidates
from chatbot.settings import Settings

_SUGGESTIONS = 3
_SUPPORTING = 2

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
class Attempt:
    """One way to understand a question, retrieved and read; `chance` is that its best reading answers it."""

    question: str
    candidates: tuple[Candidate, ...]
    readings: tuple[Reading, ...]
    chance: float


@dataclass(frozen=True)
class Trace:
    """An answer and how it came about; `steps` are milliseconds by step."""

    answer: Answer
    candidates: tuple[Candidate, ...] = ()
    readings: tuple[Reading, ...] = ()
    steps: Mapping[str, float] = field(default_factory=dict)


class Chatbot(Runnable[str, Answer]):
    """Answers questions from an index. Holds no state between questions; safe to call from several threads."""

    def __init__(self, index: Index, embeddings: SentenceTransformerEmbeddings, head: Head, settings: Settings) -> None:
        self.index = index
        self.head = head
        self.embeddings = embeddings
        self.settings = settings

    @property
    def documents(self) -> dict[str, Document]:
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

    def ask(self, question: str, history: Sequence[Answer] = (), language: Language | None = None) -> Answer:
        """Answer one question.

        Args:
            question: in Danish or English.
            history: the earlier answers of the same conversation, oldest first.
            language: frames the answer where the question does not show its own language.
        """
        return self.trace(question, history, language).answer

    def trace(
        self,
        question: str,
        history: Sequence[Answer] = (),
        language: Language | None = None,
        without: Collection[str] = (),
    ) -> Trace:
        """Answer one question as `ask` does and keep what was retrieved, read and how long it took.

        Documents whose ids are in `without` are left out, which is how not knowing is measured.
        """
        settings = self.settings
        question = clean(question)
        fallback: Language = language or ("da" if settings.language == "da" else "en")
        spoken = detect_language(question[: settings.max_question_characters], fallback)
        reason = refusal(question, spoken, settings.max_question_characters)
        if reason:
            shown = question[: settings.max_question_characters]
            return Trace(Answer(question=shown, language=spoken, status=Status.REJECTED, text=reason))
        clock = Stopwatch()
        understanding = understand(question, spoken, history)
        versions = [*([Resolved(question)] if understanding.plain else []), *understanding.resolved]
        attempts = [self._attempt(version, without, clock) for version in versions]
        best = max(attempts, key=lambda attempt: attempt.chance + (_PLAIN_BONUS if attempt.question == question else 0))
        understood = None if best.question == question else best.question
        if best.chance < settings.threshold:
            answer = self._not_found(question, spoken, best)
        else:
            answer = self._answered(question, spoken, best)
        if understood:
            answer = answer.model_copy(update={"understood_as": understood})
        clock.lap("answering")
        return Trace(answer, best.candidates, best.readings, clock.laps)

    def _attempt(self, version: Resolved, without: Collection[str], clock: "Stopwatch") -> "Attempt":
        settings = self.settings
        question = version.text
        encoded = self.embeddings.question(question)
        clock.lap("embedding")
        found = candidates(self.index, question, encoded.vector, settings.candidates, settings.lexical_weight, without)
        clock.lap("retrieval")
        readings = read(self.index, self.head, encoded, found, version.carried)
        chance = confidence(readings)
        clock.lap("reading")
        return Attempt(question, tuple(found), tuple(readings), chance)

    def _answered(self, question: str, language: Language, attempt: "Attempt") -> Answer:
        best, *others = attempt.readings
        supporting = [reading for reading in others if confidence([reading]) >= self.settings.threshold]
        shown = [best, *supporting[:_SUPPORTING]]
        citations = tuple(cite(reading.passage.document, *reading.span) for reading in shown)
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

    def _not_found(self, question: str, language: Language, attempt: "Attempt") -> Answer:
        nearest = dict.fromkeys(self.index.topics[reading.candidate.row] for reading in attempt.readings)
        return Answer(
            question=question,
            language=language,
            status=Status.NOT_FOUND,
            text=phrases(language).not_found,
            confidence=attempt.chance,
            suggestions=tuple(nearest)[:_SUGGESTIONS],
        )


@dataclass(frozen=True)
class Ready:
    """A chatbot that can be asked, and what its users should know about how it started."""

    chatbot: Chatbot
    notices: tuple[str, ...]


def open_chatbot(settings: Settings, progress: Progress = no_progress, *, rebuild: bool = False) -> Ready:
    """Load the model, open or build the index, and return the chatbot.

    Raises:
        ChatbotError: the corpus, the model or the index folder is not usable.
    """
    corpus = load_corpus(settings.corpus)
    embeddings = load_embeddings(settings, progress)
    head = Head.for_model(embeddings.name, embeddings.dimension)
    opened = open_index(
        settings.index, corpus, embeddings, head, settings.passage_characters, progress, rebuild=rebuild
    )
    built = [f"The index was built because {opened.rebuilt_because}."] if opened.rebuilt_because else []
    return Ready(Chatbot(opened.index, embeddings, head, settings), (*built, *corpus.skipped))
