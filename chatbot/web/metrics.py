"""Figures for Prometheus: how many questions, how long each step takes, how large the index is; never a word of text."""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from chatbot.chatbot import Chatbot, Trace

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._questions = Counter("chatbot_questions", "Questions answered.", ["status", "language"], registry=registry)
        self._seconds = Histogram(
            "chatbot_question_seconds", "From a question's arrival to its answer.", registry=registry, buckets=_SECONDS
        )
        self._steps = Histogram(
            "chatbot_step_seconds", "One step of answering.", ["step"], registry=registry, buckets=_SECONDS
        )
        self._writing = Counter(
            "chatbot_writing", "Answers a language model was asked for.", ["outcome"], registry=registry
        )
        self._requests = Counter(
            "chatbot_http_requests", "HTTP requests.", ["method", "route", "status"], registry=registry
        )
        self._votes = Counter("chatbot_feedback", "Votes on answers that were stored.", ["vote"], registry=registry)
        self._index = Gauge("chatbot_index_size", "What the index holds.", ["of"], registry=registry)
        self.pending = Gauge("chatbot_questions_pending", "Questions being answered or waiting.", registry=registry)

    def answered(self, trace: "Trace", seconds: float) -> None:
        """Count one answer; `seconds` includes the time it waited for its turn."""
        self._questions.labels(trace.answer.status, trace.answer.language).inc()
        self._seconds.observe(seconds)
        if trace.writing:
            self._writing.labels(trace.writing.outcome).inc()
        for step, milliseconds in trace.steps.items():
            self._steps.labels(step).observe(milliseconds / 1000)

    def requested(self, method: str, route: str, status: int) -> None:
        self._requests.labels(method, route, status).inc()

    def voted(self, vote: str) -> None:
        self._votes.labels(vote).inc()

    def text(self, chatbot: "Chatbot | None") -> bytes:
        """All figures in Prometheus' text format."""
        if chatbot:
            manifest = chatbot.index.manifest
            self._index.labels("documents").set(len(manifest.documents))
            self._index.labels("passages").set(manifest.passages)
            self._index.labels("sentences").set(manifest.sentences)
        return generate_latest(self._registry)
