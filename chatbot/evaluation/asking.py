"""Asking the chatbot: an item in, an observation out."""

from collections.abc import Iterator, Sequence
from time import perf_counter

from chatbot.answer import Answer, Citation, Status
from chatbot.chatbot import Chatbot, Trace
from chatbot.evaluation.items import Item, Place, holds, overlap
from chatbot.evaluation.rows import DEPTH, Observation, Retrieved, Written

# Asked once before the clock counts, so that what is loaded at the first question is not counted to it.
_WARM_UP = "What is this about?"


class Asker:
    """Asks a chatbot labelled questions. Labels never reach it: it gets the words and the history alone."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot

    def warm_up(self) -> None:
        self._chatbot.trace(_WARM_UP)

    def ask(self, item: Item) -> Observation:
        """Ask the history in order, then the question; only the question is timed."""
        history: list[Answer] = []
        for earlier in item.question.history:
            history.append(self._chatbot.trace(earlier, tuple(history), without=item.without).answer)
        started = perf_counter()
        trace = self._chatbot.trace(item.question.question, tuple(history), without=item.without)
        latency = (perf_counter() - started) * 1000
        answer = trace.answer
        return Observation(
            question=item.question,
            evidence=item.places,
            relevant=tuple(self._relevant(item.places)),
            retrieved=tuple(_retrieved(trace)),
            answer=answer,
            exact=tuple(self._is_exact(citation) for citation in answer.citations),
            best=_best(trace),
            text_language=self._text_language(answer),
            latency_ms=latency,
            steps_ms=dict(trace.steps),
            written=_written(trace),
        )

    def _relevant(self, places: Sequence[Place]) -> list[Place]:
        """The passages that hold the evidence; where it is cut in two, those that hold most of it."""
        index = self._chatbot.index
        passages = [
            Place(document=name, start=passage.start, end=passage.end)
            for name in sorted({place.document for place in places})
            for passage in index.passages.at(index.rows_of([name]).tolist())
        ]
        whole = [passage for passage in passages if any(holds(passage, place) for place in places)]
        if whole:
            return whole
        shared = {passage: max(overlap(passage, place) for place in places) for passage in passages}
        most = max(shared.values(), default=0)
        return [passage for passage in passages if most and shared[passage] == most]

    def _is_exact(self, citation: Citation) -> bool:
        document = self._chatbot.documents.get(citation.document)
        return document is not None and document.text[citation.start : citation.end] == citation.quote

    def _text_language(self, answer: Answer) -> str:
        if answer.sentences:
            return answer.language
        document = self._chatbot.documents.get(answer.citations[0].document) if answer.citations else None
        return document.language if document else answer.language


def _retrieved(trace: Trace) -> Iterator[Retrieved]:
    for candidate in trace.candidates[:DEPTH]:
        passage = candidate.passage
        yield Retrieved(
            document=passage.document.id,
            start=passage.start,
            end=passage.end,
            score=float(candidate.score),
            text=passage.text,
        )


def _written(trace: Trace) -> Written | None:
    writing = trace.writing
    if writing is None:
        return None
    tokens = [count for count in (writing.prompt_tokens, writing.output_tokens) if count is not None]
    return Written(
        outcome=writing.outcome,
        kept=len(writing.supported),
        dropped=len(writing.dropped),
        tokens=sum(tokens) if tokens else None,
    )


def _best(trace: Trace) -> str | None:
    if trace.answer.status == Status.ANSWERED:
        return trace.answer.text
    if not trace.readings:
        return None
    reading = trace.readings[0]
    return reading.passage.document.slice(*reading.span)
