"""The HTTP API: ask, ask and watch, documents, feedback."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

from fastapi import APIRouter, Depends, HTTPException
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chatbot.answer import Answer, WrittenSentence
from chatbot.errors import ChatbotError
from chatbot.feedback import Feedback, FeedbackStore
from chatbot.sentences import sentences
from chatbot.settings import Settings
from chatbot.web.asking import Asking, BusyError, NotReadyError
from chatbot.web.exchange import AskRequest, AskResponse, DocumentEntry, DocumentWithText, entry, response
from chatbot.web.loading import log_failure
from chatbot.web.metrics import Metrics
from chatbot.web.problems import ProblemResponse, documented, internal, unavailable


class Api:
    """The operations, over the one way to the chatbot."""

    def __init__(self, settings: Settings, asking: Asking, metrics: Metrics) -> None:
        self._asking = asking
        self._store = FeedbackStore(settings.feedback) if settings.feedback else None
        self._metrics = metrics

    async def ask(self, request: AskRequest) -> AskResponse:
        """Answer one question.

        A question that is empty, too long or holds a personal number is answered with the status `rejected`, and
        `text` says why.
        """
        return response(await self._asking.ask(request.question, self._history(request), request.language))

    async def stream(self, request: AskRequest) -> AsyncIterator[ServerSentEvent]:
        """Answer one question as server-sent events.

        `status` says what is being done (`step`: `waiting` or `searching`), each `sentence` (`text`) is a piece of the
        answer's text, `answer` is the whole answer as `/api/ask` gives it and comes last. Where a language model writes,
        its sentences come one by one, each with the number of its `source`; the answer counts, also where it is another.
        `error` is a problem and ends the stream.
        """
        yield ServerSentEvent(event="status", data={"step": "waiting" if self._asking.waits else "searching"})
        try:
            told = False
            stream = self._asking.stream(request.question, self._history(request), request.language)
            async with aclosing(stream):
                async for said in stream:
                    if isinstance(said, WrittenSentence):
                        told = True
                        yield ServerSentEvent(event="sentence", data=said)
                        continue
                    full = response(said)
                    for text in () if told else _sentences(said, full):
                        yield ServerSentEvent(event="sentence", data={"text": text})
                    yield ServerSentEvent(event="answer", data=full)
        except (BusyError, NotReadyError) as error:
            yield _error(unavailable(error))
        except Exception:  # noqa: BLE001 - whatever it was, it is logged and whoever asked is told so
            yield _error(internal(log_failure("A question was not answered")))

    def documents(self) -> list[DocumentEntry]:
        """The documents that answers are quoted from."""
        return [entry(document) for document in self._asking.chatbot.documents.entries()]

    def document(self, id: str) -> DocumentWithText:
        """One document with its text."""
        found = self._asking.chatbot.documents.get(id)
        if found is None:
            raise HTTPException(404, "There is no such document. /api/documents lists those there are.")
        return DocumentWithText(**entry(found.entry).model_dump(), text=found.text)

    def vote(self, feedback: Feedback) -> None:
        """Say whether an answer helped. Personal numbers, phone numbers and e-mail addresses are masked first."""
        if self._store is None:
            raise HTTPException(404, "This service takes no feedback.")
        try:
            stored = self._store.add(feedback)
        except ChatbotError:
            raise HTTPException(503, f"It was not stored (reference {log_failure('No feedback')}).") from None
        if not stored:
            raise HTTPException(503, "There is no room for more feedback.")
        self._metrics.voted(feedback.vote)

    def _history(self, request: AskRequest) -> list[Answer]:
        return [turn.answer(self._asking.chatbot.documents) for turn in request.history]


def api_router(api: Api, asking: Asking) -> APIRouter:
    """Where the operations are found."""
    router = APIRouter(prefix="/api", tags=["chatbot"], redirect_slashes=False)
    router.post("/ask", responses=documented(403, 422), name="Ask")(api.ask)
    router.post(
        "/ask/stream",
        responses=documented(403, 422),
        name="Ask and watch",
        response_class=EventSourceResponse,
        # Before the stream begins, a refusal still is a response of its own.
        dependencies=[Depends(asking.admit)],
    )(api.stream)
    router.get("/documents", responses=documented(), name="List the documents")(api.documents)
    router.get("/documents/{id:path}", responses=documented(404, 422), name="Read a document")(api.document)
    router.post("/feedback", status_code=204, responses=documented(403, 404, 422), name="Give feedback")(api.vote)
    return router


def _sentences(answer: Answer, full: AskResponse) -> Iterator[str]:
    language = full.citations[0].language if full.citations else answer.language
    return (answer.text[start:end] for start, end in sentences(answer.text, language))


def _error(problem: ProblemResponse) -> ServerSentEvent:
    return ServerSentEvent(event="error", data=problem.problem.model_dump(exclude_none=True))
