"""Errors as programs read them: problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from chatbot.web.asking import BusyError, NotReadyError

MEDIA_TYPE = "application/problem+json"


class Mistake(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where, as a path into the request.", examples=["/body/question"])
    detail: str = Field(description="What is wrong with it.", examples=["Field required"])


class Problem(BaseModel):
    """What went wrong, after RFC 9457; of the type `about:blank`, so `title` is that of the status code."""

    model_config = ConfigDict(json_schema_extra={"example": {"title": "Not Found", "status": 404, "detail": "…"}})

    title: str
    status: int
    detail: str = Field(description="What happened and what to do, in one or two sentences.")
    errors: list[Mistake] | None = None


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[Mistake] | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
        waiting = {} if retry_after is None else {"Retry-After": str(retry_after)}
        content = self.problem.model_dump(exclude_none=True)
        super().__init__(content, status, headers={**(headers or {}), **waiting})


def unavailable(error: BusyError | NotReadyError) -> ProblemResponse:
    """503: come back soon, or later where the service could not get ready."""
    if isinstance(error, BusyError):
        return ProblemResponse(503, "Too many questions are waiting. Please try again in a moment.", retry_after=5)
    if error.reference:
        return ProblemResponse(503, "The service could not get ready; its log says why.", retry_after=60)
    return ProblemResponse(503, "The service is getting ready. Please try again in a moment.", retry_after=5)


def internal(reference: str) -> ProblemResponse:
    return ProblemResponse(500, f"Something went wrong on our side (reference {reference}). Please try again.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer besides its result, for the OpenAPI document."""
    # Every operation is behind the same limits.
    every = sorted({*statuses, 400, 413, 429, 503})
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in every}


def describe_problems(app: FastAPI) -> None:
    """Put the schema of problems into the OpenAPI document, where what `documented` says refers to it."""
    described = app.openapi
    problems = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")[1]["$defs"]

    def openapi() -> dict[str, Any]:
        document = described()
        document["components"]["schemas"] |= problems
        return document

    # This is how FastAPI wants the document to be extended.
    app.openapi = openapi  # type: ignore[method-assign]


def handle_problems(app: FastAPI) -> None:
    """Make every error the application knows of a problem."""

    @app.exception_handler(HTTPException)
    def known(_: Request, error: HTTPException) -> ProblemResponse:
        return ProblemResponse(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> ProblemResponse:
        mistakes = [
            # What was sent is not sent back: it may be long, and is the sender's own.
            Mistake(pointer="/" + "/".join(map(_escaped, each["loc"])), detail=str(each["msg"])[:200])
            for each in error.errors()[:10]
        ]
        return ProblemResponse(422, "The request does not fit what this address takes; see «errors».", mistakes)

    @app.exception_handler(BusyError)
    @app.exception_handler(NotReadyError)
    def later(_: Request, error: BusyError | NotReadyError) -> ProblemResponse:
        return unavailable(error)


def _escaped(part: object) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return str(part)[:100].replace("~", "~0").replace("/", "~1")
