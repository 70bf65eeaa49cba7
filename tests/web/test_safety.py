import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from chatbot.answer import Answer, Status
from chatbot.chatbot import Chatbot, Trace
from chatbot.errors import ChatbotError
from chatbot.settings import Settings, load_settings
from chatbot.web import asking, body
from chatbot.web.asking import Asking, BusyError
from chatbot.web.limits import client as limited_as
from chatbot.web.loading import Loading, State
from chatbot.web.metrics import Metrics
from tests.web.conftest import UNLIMITED, Serve
from tests.web.test_hostile import function, join, page_ask

QUESTION = {"question": "Who is the minister?"}
SITE = "https://www.example.org"


def forwarded(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def test_a_flood_is_turned_away_and_others_are_still_answered(serve: Serve) -> None:
    client = serve(rate_limit="5/day", trusted_proxies="testclient, 10.0.0.0/8", rate_limit_total="")
    flood = [client.post("/api/ask", json=QUESTION, headers=forwarded("192.0.2.1")) for _ in range(20)]
    assert [response.status_code for response in flood] == [200] * 5 + [429] * 15
    assert all(1 <= int(response.headers["retry-after"]) <= 86_400 for response in flood[5:])
    assert flood[-1].json()["detail"].startswith("That was a lot at once.")
    assert client.post("/api/ask", json=QUESTION, headers=forwarded("192.0.2.2")).status_code == 200


def test_one_site_s_visitors_do_not_use_up_what_is_there_for_others(serve: Serve) -> None:
    other = "https://other.example"
    client = serve(allowed_origins=f"{SITE} {other}", rate_limit="", rate_limit_site="3/day", rate_limit_total="")
    answers = [client.post("/api/ask", json=QUESTION, headers={"Origin": SITE}) for _ in range(5)]
    assert [response.status_code for response in answers] == [200] * 3 + [429] * 2
    assert client.post("/api/ask", json=QUESTION, headers={"Origin": other}).status_code == 200
    assert client.post("/api/ask", json=QUESTION, headers={"Origin": "http://testserver"}).status_code == 200
    assert client.post("/api/ask", json=QUESTION).status_code == 200


def test_a_flood_from_everywhere_is_turned_away_as_busy(serve: Serve) -> None:
    client = serve(rate_limit="5/day", rate_limit_total="8/day", trusted_proxies="testclient")
    answers = [client.post("/api/ask", json=QUESTION, headers=forwarded(f"192.0.2.{n}")) for n in range(10)]
    assert [response.status_code for response in answers] == [200] * 8 + [503] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_api_stream_votes_page_and_gradio_client_share_one_limit(serve: Serve) -> None:
    client = serve(rate_limit="4/day")
    page, endpoint = page_ask(client)["id"], function(client, "ask")["id"]
    session = {"session_hash": "abcdefghij"}
    answers = [
        client.post("/api/ask", json=QUESTION),
        client.post("/api/ask/stream", json=QUESTION),
        join(client, {"fn_index": page, "data": [None, "Who?"], **session}),
        join(client, {"fn_index": endpoint, "data": ["Who?", None], **session}),
    ]
    assert all(answer.is_success for answer in answers)
    assert client.post("/api/feedback", json={}).status_code == 429
    assert join(client, {"fn_index": page, "data": [None, "Who?"], **session}).status_code == 429
    # To turn the page over is no question.
    load = next(call for call in client.get("/config").json()["dependencies"] if not call["inputs"])
    assert join(client, {"fn_index": load["id"], "data": [], **session}).is_success


def test_other_requests_have_a_limit_too_but_not_the_page_s_files(serve: Serve) -> None:
    client = serve(rate_limit_requests="10/day")
    assert [client.get("/healthz").status_code for _ in range(12)] == [200] * 10 + [429] * 2
    assert client.get("/style.css").status_code == 200


def test_who_is_asking_is_believed_of_trusted_proxies_only(serve: Serve) -> None:
    client = serve(rate_limit="1/day")
    answers = [client.post("/api/ask", json=QUESTION, headers=forwarded(f"192.0.2.{n}")) for n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    # What a client says in front of what the proxy adds is not believed either.
    client = serve(rate_limit="1/day", trusted_proxies="testclient")
    answers = [client.post("/api/ask", json=QUESTION, headers=forwarded(f"{n}.0.2.1, 192.0.2.9")) for n in (1, 2)]
    assert [answer.status_code for answer in answers] == [200, 429]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_them(address: str, name: str) -> None:
    assert limited_as({"client": (address, 1)}) == name


class Slow:
    """A chatbot that answers when it is allowed to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def trace(self, question: str, *_: Any, **__: Any) -> Trace:
        assert self.go.wait(10)
        return Trace(Answer(question=question, language="en", status=Status.SMALL_TALK, text="Hello."))


def slowly(slow: Slow, at_once: int, waiting: int) -> Asking:
    loading = Loading(cast(Any, None))
    loading.state = State(chatbot=cast(Chatbot, slow))
    changes = {"questions_at_once": at_once, "questions_waiting": waiting}
    return Asking(Settings.model_construct(**cast(Any, changes)), loading, Metrics())


def test_the_line_is_short_and_whoever_leaves_gives_the_place_up() -> None:
    async def ask() -> None:
        slow = Slow()
        asking_ = slowly(slow, at_once=1, waiting=2)
        first, leaves, waits = [asyncio.create_task(asking_.ask(str(number))) for number in range(3)]
        await asyncio.sleep(0.05)
        assert asking_.waits
        with pytest.raises(BusyError):
            await asking_.ask("one too many")
        leaves.cancel()
        await asyncio.wait([leaves])
        late = asyncio.create_task(asking_.ask("in the free place"))
        await asyncio.sleep(0.05)
        slow.go.set()
        answers = await asyncio.gather(first, waits, late)
        assert [answer.question for answer in answers] == ["0", "2", "in the free place"]
        assert not asking_.waits

    asyncio.run(ask())


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PATIENCE", 0.05)
    slow = Slow()

    async def ask() -> None:
        with pytest.raises(BusyError):
            await slowly(slow, at_once=1, waiting=2).ask("one")
        slow.go.set()

    asyncio.run(ask())


def test_a_full_line_is_busy_with_a_time_to_come_back(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    client = serve(questions_at_once=1, questions_waiting=1, **UNLIMITED)
    monkeypatch.setattr(Chatbot, "trace", lambda _, question, *__, **___: slow.trace(question))
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(client.post, "/api/ask", json=QUESTION) for _ in range(5)]
        while sum(answer.done() for answer in asked) < 3:
            pass
        stream, ready = client.post("/api/ask/stream", json=QUESTION), client.get("/readyz")
        slow.go.set()
        answers = [answer.result() for answer in asked]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503]
    for refused in (*(answer for answer in answers if answer.status_code == 503), stream, ready):
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")


def test_a_body_is_short_and_comes_without_dawdling(unlimited: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unannounced() -> Any:
        yield from (b" " * 10_000 for _ in range(20))

    for address in ("/api/ask", "/gradio_api/queue/join"):
        assert unlimited.post(address, content=b"x" * (body.MAX_BODY + 1)).status_code == 413
        assert unlimited.post(address, content=unannounced()).status_code == 413

    async def late() -> Any:
        await asyncio.sleep(5)

    async def ask() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/api/ask", "headers": []}
        await body.ShortBodies(cast(Any, None))(scope, late, send)
        return sent

    monkeypatch.setattr(body, "_PATIENCE", 0.05)
    assert asyncio.run(ask())[0]["status"] == 408


@pytest.mark.parametrize("address", ["/api/ask", "/api/ask/stream", "/api/feedback", "/gradio_api/queue/join"])
def test_pages_of_other_sites_may_not_ask(serve: Serve, address: str) -> None:
    client = serve(allowed_origins=SITE, **UNLIMITED)

    def status(*origins: str, **headers: str) -> int:
        sent = [("Origin", origin) for origin in origins] + list(headers.items())
        return client.post(address, json=QUESTION, headers=sent).status_code

    for origin in (
        "https://evil.example",
        "null",
        f"{SITE}.evil.example",
        f"{SITE}:8443",
        "http://testserver.evil.example",
        "",
        "file://",
    ):
        assert status(origin) == 403, origin
        assert status(origin, **{"X-Forwarded-Host": "evil.example", "Referer": SITE, "X-Requested-With": "x"}) == 403
    assert status(SITE, "https://evil.example") == 403
    for origin in (SITE, "http://testserver", "https://testserver", "http://testserver:80"):
        assert status(origin) != 403, origin
    assert status() != 403


def test_only_allowed_sites_are_told_that_they_may_read(serve: Serve) -> None:
    client = serve(allowed_origins=SITE, **UNLIMITED)
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for address in ("/api/ask", "/gradio_api/queue/join", "/config", "/"):
        allowed = client.options(address, headers={"Origin": SITE, **preflight})
        assert allowed.headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-credentials" not in allowed.headers
        refused = client.options(address, headers={"Origin": "https://evil.example", **preflight})
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        read = client.get(address, headers={"Origin": "https://evil.example"})
        assert not any(name.startswith("access-control-allow") for name in read.headers)
    # A refusal can be read by the site it is meant for.
    limited = serve(allowed_origins=SITE, rate_limit="1/day")
    turned_away = [limited.post("/api/ask", json=QUESTION, headers={"Origin": SITE}) for _ in range(2)][1]
    assert (turned_away.status_code, turned_away.headers["access-control-allow-origin"]) == (429, SITE)
    assert "retry-after" in turned_away.headers["access-control-expose-headers"].lower()


def test_every_response_says_what_a_browser_may_do_with_it(unlimited: TestClient) -> None:
    for address in ("/", "/api/documents", "/nothing", "/config", "/style.css", "/metrics", "/gradio_api/upload"):
        headers = unlimited.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "geolocation=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers
        assert "set-cookie" not in headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("frame-ancestors 'none'")
        assert "http" not in policy
        assert ("unsafe" in policy) == (address == "/")


def test_the_page_runs_the_scripts_it_came_with_and_no_other(unlimited: TestClient) -> None:
    policies = [unlimited.get("/").headers["content-security-policy"] for _ in range(2)]
    assert policies[0] != policies[1]
    page = unlimited.get("/")
    nonce = page.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 1
    assert "script-src 'self' 'nonce-" in page.headers["content-security-policy"]


def test_frames_are_allowed_to_whom_the_settings_name(serve: Serve) -> None:
    headers = serve(frame_ancestors=f"'self' {SITE}").get("/").headers
    assert headers["content-security-policy"].endswith(f"frame-ancestors 'self' {SITE}")
    assert "x-frame-options" not in headers


def test_behind_tls_browsers_are_told_to_stay_there(serve: Serve) -> None:
    client, header = serve(trusted_proxies="testclient"), {"X-Forwarded-Proto": "https"}
    assert client.get("/", headers=header).headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in serve().get("/", headers=header).headers


def test_the_page_has_no_say_over_other_people_s_sessions(unlimited: TestClient) -> None:
    session = {"session_hash": "abcdefghij"}
    for path in ("/gradio_api/cancel", "/gradio_api/reset"):
        assert unlimited.post(path, content=json.dumps({**session, "event_id": "x", "fn_index": 0})).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://www.example.org/path"),
        ("ALLOWED_ORIGINS", "www.example.org"),
        ("FRAME_ANCESTORS", "*; script-src *"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("RATE_LIMIT", "many"),
        ("QUESTIONS_AT_ONCE", "0"),
    ],
)
def test_a_setting_that_would_open_a_door_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CHATBOT_{name}", value)
    with pytest.raises(ChatbotError, match=f"CHATBOT_{name}"):
        load_settings()
