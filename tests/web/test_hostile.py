"""Whatever is sent, nothing breaks, nothing is executed and nothing is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.hostile import ADDRESSES, BODIES, DOORS, TEXTS

CALM = {200, 204, 400, 404, 405, 413, 415, 422}


def function(client: TestClient, api_name: str) -> dict[str, Any]:
    """What the page's configuration says of a function."""
    calls = client.get("/config").json()["dependencies"]
    return next(call for call in calls if call["api_name"] == api_name)


def join(client: TestClient, body: dict[str, Any]) -> Any:
    return client.post("/gradio_api/queue/join", json=body)


def messages(client: TestClient, session: str) -> list[dict[str, Any]]:
    """What Gradio's queue says to a session, up to the end."""
    stream = client.get("/gradio_api/queue/data", params={"session_hash": session}).text
    return [json.loads(line.removeprefix("data: ")) for line in stream.split("\n") if line.startswith("data: ")]


def page_ask(client: TestClient) -> dict[str, Any]:
    """The function behind the question field: a conversation and a question go in."""
    calls = client.get("/config").json()["dependencies"]
    return next(call for call in calls if len(call["inputs"]) == 2)


@pytest.fixture(autouse=True)
def nothing_written(folder: Path) -> Any:
    yield
    assert list(folder.iterdir()) == []


def test_texts_get_an_answer_or_a_refusal(unlimited: TestClient) -> None:
    for number, text in enumerate(TEXTS):
        path = "/api/ask" if number % 3 else "/api/ask/stream"
        response = unlimited.post(path, json={"question": text})
        assert response.status_code == 200, text
        assert "event: error" not in response.text, text


def test_texts_do_nothing_in_the_conversation_before_a_question(unlimited: TestClient) -> None:
    for text in TEXTS[::3]:
        turn = {"question": text, "understood_as": text, "citation": {"document": text[:99], "start": 0, "end": 5}}
        response = unlimited.post("/api/ask", json={"question": "What about it?", "history": [turn]})
        assert response.status_code == 200, text


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/api/feedback", "/gradio_api/queue/join"])
def test_bodies_are_answered_calmly(unlimited: TestClient, path: str) -> None:
    for body in BODIES:
        for kind in (
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-7",
        ):
            response = unlimited.post(path, content=body, headers={"content-type": kind})
            assert response.status_code in CALM, (body[:80], kind, response.text)
            if response.status_code >= 400:
                assert response.headers["content-type"] == "application/problem+json", body[:80]
                assert len(response.content) < 5000, body[:80]


def test_feedback_that_does_not_fit_is_refused(unlimited: TestClient) -> None:
    for text in TEXTS:
        row = {"answer": text, "question": text, "language": "en", "status": "answered", "vote": "yes"}
        assert unlimited.post("/api/feedback", json=row).status_code == 422, text


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_lead_nowhere(unlimited: TestClient, address: str) -> None:
    response = unlimited.get(address)
    assert response.status_code == 404, response.text[:200]
    assert "root:" not in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("address", DOORS)
def test_gradio_s_other_doors_are_closed(unlimited: TestClient, address: str) -> None:
    for options in ({"json": {"data": ["x"], "fn_index": 0}}, {"files": {"files": ("x.txt", b"x")}}):
        assert unlimited.post(address, **options).status_code in (404, 405)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        assert unlimited.request(method, address).status_code in (404, 405), method


def test_texts_asked_on_the_page_are_shown_as_text(unlimited: TestClient) -> None:
    call = page_ask(unlimited)
    for number, text in enumerate(TEXTS):
        session = f"session{number:05}"
        assert join(unlimited, {"fn_index": call["id"], "session_hash": session, "data": [None, text]}).is_success
        *_, completed, _ = messages(unlimited, session)
        assert (completed["msg"], completed["success"]) == ("process_completed", True), text
        shown = json.dumps(completed["output"]).lower()
        for live in (
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "<meta",
            "<base",
            "<body",
            "javascript:alert(1)'>",
            'href=\\"javascript',
        ):
            assert live not in shown, text


def test_texts_asked_with_gradio_s_client_get_an_answer(unlimited: TestClient) -> None:
    call = function(unlimited, "ask")
    for number, text in enumerate(TEXTS[::4]):
        session = f"client{number:05}"
        assert join(unlimited, {"fn_index": call["id"], "session_hash": session, "data": [text, None]}).is_success
        *_, completed, _ = messages(unlimited, session)
        assert completed["success"], text
        assert completed["output"]["data"][0]["status"] in ("answered", "not_found", "rejected", "small_talk")


@pytest.mark.parametrize(
    "data", [[1, 2], [{}, {}], [None, None], [None, ["x"]], [None, {"path": "/etc/passwd"}], [{"a": 1}, 5]]
)
def test_wrong_types_on_the_page_fail_without_a_word_of_why(unlimited: TestClient, data: list[Any]) -> None:
    session = "wrongtypes"
    assert join(unlimited, {"fn_index": page_ask(unlimited)["id"], "session_hash": session, "data": data}).is_success
    *_, completed, _ = messages(unlimited, session)
    assert "Traceback" not in json.dumps(completed)
    assert "root:" not in json.dumps(completed)


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": -1},
        {"fn_index": 999},
        {"fn_index": "0"},
        {"fn_index": None},
        {"session_hash": None},
        {"session_hash": "short"},
        {"session_hash": "../../../../x"},
        {"session_hash": "x" * 65},
        {"data": None},
        {"data": []},
        {"data": [None] * 11},
        {"data": "x"},
        {"trigger_id": "x"},
    ],
)
def test_a_call_that_the_page_would_not_make_is_refused(unlimited: TestClient, change: dict[str, Any]) -> None:
    call = {"fn_index": page_ask(unlimited)["id"], "session_hash": "abcdefghij", "data": [None, "x"], **change}
    assert join(unlimited, call).status_code == 422
