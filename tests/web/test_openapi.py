"""The OpenAPI document keeps its word, whatever is sent to what it describes."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.web.conftest import UNLIMITED, Serve


@pytest.fixture(scope="module")
def described(serve: Serve) -> Any:
    return schemathesis.openapi.from_asgi("/api/openapi.json", serve(**UNLIMITED).app)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/ask"),
        ("POST", "/api/ask/stream"),
        ("POST", "/api/feedback"),
        ("GET", "/api/documents"),
        ("GET", "/api/documents/{id}"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    ],
)
def test_an_operation_answers_as_described(described: Any, method: str, path: str) -> None:
    operation = described[path][method]

    @given(
        case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
        | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    )
    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def answers(case: Any) -> None:
        case.call_and_validate()

    answers()
