import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.chatbot import Chatbot
from chatbot.errors import ChatbotError
from chatbot.feedback import FeedbackStore
from chatbot.settings import Settings
from chatbot.web.application import build_app
from chatbot.web.loading import Loading
from tests.web.conftest import Serve

QUESTION = "How many IT systems does the state have?"


def ask(client: TestClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


def events(client: TestClient, question: str = QUESTION) -> list[tuple[str, Any]]:
    response = client.post("/api/ask/stream", json={"question": question})
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n") for block in response.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_an_answer_stands_on_its_own(unlimited: TestClient, chatbot: Chatbot) -> None:
    answer = ask(unlimited)
    first = answer["citations"][0]
    document = unlimited.get(f"/api/documents/{first['document']}").json()
    assert document["text"][first["start"] : first["end"]] == first["quote"] == answer["text"]
    assert first["before"] + first["quote"] + first["after"] in document["text"]
    assert first["url"].startswith(f"/documents/denmark?start={first['start']}&end={first['end']}&version=")
    assert (first["number"], first["headings"], first["source"]) == (1, ["Denmark"], "Digital Nations")
    words = [first["quote"][start:end] for start, end in first["highlights"]]
    assert {"IT", "systems"} <= set(words)
    assert answer["id"] == chatbot.ask(QUESTION).id


def test_not_found_and_rejected_are_answers_too(unlimited: TestClient) -> None:
    lost = ask(unlimited, "What is the capital of France?")
    assert (lost["status"], lost["citations"], len(lost["suggestions"])) == ("not_found", [], 3)
    for refused in ("", "x" * 1001, "My number is 010203-1234"):
        answer = ask(unlimited, refused)
        assert (answer["status"], answer["confidence"]) == ("rejected", None)


def test_the_language_frames_a_question_that_shows_none(unlimited: TestClient) -> None:
    assert ask(unlimited, "", language="da")["text"] == "Skriv et spørgsmål først."
    assert ask(unlimited, "", language="en")["text"] == "Write a question first."


def test_a_follow_up_is_understood_from_the_conversation_that_is_sent_along(
    unlimited: TestClient, chatbot: Chatbot
) -> None:
    question, follow_up = "Who is the Minister for Digital Government?", "Which party is she from?"
    first = ask(unlimited, question)
    turn = {"question": first["question"], "status": first["status"], "citation": first["citations"][0]}
    second = ask(unlimited, follow_up, history=[turn])
    expected = chatbot.ask(follow_up, [chatbot.ask(question)])
    assert (second["understood_as"], second["text"]) == (expected.understood_as, expected.text)
    # A document that has changed since costs the citation, not the question.
    for place in ({"document": "gone", "start": 0, "end": 5}, {"document": "denmark", "start": 9, "end": 2**31}):
        assert ask(unlimited, follow_up, history=[{"question": question, "citation": place}])["understood_as"]


def test_the_stream_ends_with_the_whole_answer(unlimited: TestClient) -> None:
    names, values = zip(*events(unlimited), strict=True)
    answer = ask(unlimited)
    assert names == ("status", "sentence", "answer")
    assert values == ({"step": "searching"}, {"text": answer["text"]}, answer)


def test_documents_are_listed_with_their_pages(unlimited: TestClient) -> None:
    (entry,) = unlimited.get("/api/documents").json()
    assert (entry["id"], entry["title"], entry["url"]) == ("denmark", "Denmark", "/documents/denmark")
    assert entry["characters"] == len(unlimited.get("/api/documents/denmark").json()["text"])


def test_a_vote_is_stored_masked_and_once(unlimited: TestClient, folder: Path) -> None:
    answer = ask(unlimited)
    vote = {name: answer[name] for name in ("question", "language", "status")}
    vote |= {"answer": answer["id"], "vote": "no", "comment": "Call 12 34 56 78."}
    assert unlimited.post("/api/feedback", json=vote).status_code == 204
    (row,) = FeedbackStore(folder / "feedback.sqlite3").rows()
    assert (row.answer, row.vote, row.comment) == (answer["id"], "no", "Call [number].")
    assert [path.name for path in folder.iterdir()] == ["feedback.sqlite3"]
    assert 'chatbot_feedback_total{vote="no"} 1.0' in unlimited.get("/metrics").text


def test_without_a_place_for_it_there_is_no_feedback(serve: Serve) -> None:
    vote = {"answer": "0" * 16, "question": "Why?", "language": "en", "status": "answered", "vote": "yes"}
    assert serve(feedback=None).post("/api/feedback", json=vote).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/documents/none", 404),
        ("GET", "/api/ask", 405),
        ("POST", "/healthz", 405),
        ("DELETE", "/gradio_api/queue/join", 405),
        ("POST", "/api/ask", 422),
    ],
)
def test_every_error_is_a_problem(unlimited: TestClient, method: str, path: str, status: int) -> None:
    response = unlimited.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert ("allow" in response.headers) == (status == 405)
    assert response.headers["x-request-id"]


def test_a_mistake_is_pointed_at_and_not_repeated(unlimited: TestClient) -> None:
    response = unlimited.post("/api/ask", json={"question": ["secret"], "history": "secret"})
    assert {mistake["pointer"] for mistake in response.json()["errors"]} == {"/body/question", "/body/history"}
    assert "secret" not in response.text


def test_while_it_gets_ready_it_says_so(settings: Settings) -> None:
    # Not started, so it never gets any further.
    client = TestClient(build_app(settings, Loading(lambda _: pytest.fail("never"))))
    assert client.get("/healthz").json() == {"status": "alive"}
    for method, path in (
        ("GET", "/readyz"),
        ("POST", "/api/ask"),
        ("POST", "/api/ask/stream"),
        ("GET", "/api/documents"),
    ):
        response = client.request(method, path, json={"question": QUESTION} if method == "POST" else None)
        assert (response.status_code, response.headers["retry-after"]) == (503, "5"), path
        assert "getting ready" in response.json()["detail"]


def test_a_failure_to_get_ready_names_no_folder(settings: Settings) -> None:
    def fail(_: Any) -> Any:
        raise ChatbotError("There is no corpus folder /srv/secret.")

    loading = Loading(fail)
    with TestClient(build_app(settings, loading)) as client:
        while not loading.state.settled:
            pass
        response = client.get("/readyz")
    assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    assert "secret" not in response.text


def test_an_error_nobody_expected_is_a_problem_with_a_reference(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret")

    client = serve()
    monkeypatch.setattr(Chatbot, "trace", broken)
    response = client.post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["detail"].split("reference ")[1].split(")")[0] in caplog.text
    assert response.headers["x-content-type-options"] == "nosniff"
    (_, (name, problem)) = events(client)
    assert (name, problem["status"]) == ("error", 500)


def test_the_request_id_comes_back_if_it_is_one(unlimited: TestClient) -> None:
    assert unlimited.get("/healthz", headers={"X-Request-ID": "abc-1.2_3"}).headers["x-request-id"] == "abc-1.2_3"
    for given in ("", "a b", "x" * 65, "{}", "<script>"):
        assert len(unlimited.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"]) == 32


def test_metrics_count_without_a_word_of_text(serve: Serve) -> None:
    client = serve()
    ask(client, "Hvor mange it-systemer har staten?")
    ask(client, "What is the capital of France?")
    figures = client.get("/metrics").text
    assert 'chatbot_questions_total{language="da",status="answered"} 1.0' in figures
    assert 'chatbot_questions_total{language="en",status="not_found"} 1.0' in figures
    assert 'chatbot_step_seconds_count{step="reading"} 2.0' in figures
    assert 'chatbot_index_size{of="documents"} 1.0' in figures
    assert 'chatbot_http_requests_total{method="POST",route="/api/ask",status="200"} 2.0' in figures
    assert "France" not in figures


def test_the_log_has_a_line_a_request_and_no_text(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = serve()
    ask(client, "What is the capital of France?")
    client.get("/France?q=France")
    logged = [record for record in caplog.records if record.name.startswith("chatbot")]
    assert "France" not in str([vars(record) for record in logged])
    first, second = ([getattr(r, key) for key in ("method", "route", "status")] for r in logged)
    assert first == ["POST", "/api/ask", 200]
    assert (second[0], second[2]) == ("GET", 404)
    ask(serve(log_questions=True), "What is the capital of France?")
    assert [record.question for record in caplog.records if hasattr(record, "question")] == [
        "What is the capital of France?"
    ]


def test_the_api_describes_itself_with_examples(unlimited: TestClient) -> None:
    described = unlimited.get("/api/openapi.json").json()
    paths = {"/api/ask", "/api/ask/stream", "/api/documents", "/api/documents/{id}", "/api/feedback"}
    assert paths | {"/healthz", "/readyz", "/metrics"} == set(described["paths"])
    assert described["components"]["schemas"]["AskRequest"]["examples"]
    for example in described["components"]["schemas"]["AskRequest"]["examples"]:
        assert unlimited.post("/api/ask", json=example).status_code == 200
