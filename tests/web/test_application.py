import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chatbot.chatbot import Chatbot
from chatbot.language import Language
from chatbot.opening import Ready
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web.front import rewrite
from chatbot.web.loading import Loading


@pytest.fixture(scope="module")
def client(settings: Settings, chatbot: Chatbot) -> Iterator[TestClient]:
    from chatbot.web.application import build_app

    with TestClient(build_app(settings, Loading(lambda _: Ready(chatbot, ())))) as client:
        yield client


def get(client: TestClient, path: str, **headers: str) -> Any:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response


def test_the_page_names_no_foreign_host(client: TestClient) -> None:
    for path in ("/", "/config", "/theme.css", "/style.css"):
        named = set(re.findall(r"(?:https?:)?//([\w.-]+\.\w+)", get(client, path).text))
        # The name of the SVG namespace is an address that nobody asks.
        assert named <= {"testserver", "www.w3.org"}, path


@pytest.mark.parametrize(("header", "language"), [("da-DK,da;q=0.9,en;q=0.8", "da"), ("en-GB", "en"), ("fr", "en")])
def test_the_page_is_in_the_visitor_s_language_before_any_script_runs(
    client: TestClient, header: str, language: Language
) -> None:
    response = get(client, "/", **{"accept-language": header, "accept-encoding": "gzip, br"})
    assert f'<html lang="{language}"' in response.text
    assert f"<title>{phrases(language).title}</title>" in response.text
    assert response.headers["content-language"] == language
    assert "set-cookie" not in response.headers


def test_nothing_about_visitors_is_offered_to_be_kept(client: TestClient) -> None:
    config = get(client, "/config").json()
    assert config["run_history"] is False
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    public = [call["api_name"] for call in config["dependencies"] if call["api_visibility"] != "private"]
    assert public == ["ask"]


def test_gradio_s_html_still_is_what_the_rewriting_expects(client: TestClient) -> None:
    html = get(client, "/").text
    assert html.count("<title>") == html.count('href="./style.css"') == 1
    assert "gradio.app" not in html
    assert "og:" not in html
    assert rewrite("<html><head></head></html>", "da").count("<title>") == 1
