import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chatbot.chatbot import Chatbot
from chatbot.corpus import Document
from chatbot.library import Library, write_library
from chatbot.phrases import phrases, written_date
from chatbot.settings import Settings
from chatbot.web import render
from chatbot.web.documents import pages
from chatbot.web.links import contact_address, contact_name, document_page
from chatbot.web.loading import Loading, State

HOSTILE = "<script>alert(1)</script>{{7*7}}\u202e\U000e0041"
PLAN = Document("ministries/plan & more", "Plan", "da", "# Mål\n\nFørst. Så.", source="Ministeriet", date="2024-03-01")
BAD = Document("bad", HOSTILE, 'en"><script>', HOSTILE, source=HOSTILE, date=HOSTILE)


class Bookshelf:
    """Stands for a chatbot that is asked nothing but its documents."""

    def __init__(self, folder: Path, documents: Sequence[Document] = (PLAN, BAD)) -> None:
        write_library(folder / "documents", documents, {})
        self.documents = Library(folder / "documents")


def client(state: State, **changes: Any) -> TestClient:
    loading = Loading(cast(Any, None))
    loading.state = state
    app = FastAPI()
    app.include_router(pages(Settings.model_construct(**changes), loading))
    return TestClient(app)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(chatbot=cast(Chatbot, Bookshelf(tmp_path)))


@pytest.fixture
def library(state: State) -> TestClient:
    return client(state)


def test_a_document_is_readable_and_says_where_it_is_from(library: TestClient) -> None:
    html = library.get("/" + document_page(PLAN.id), headers={"accept-language": "en"}).text
    assert '<html lang="en">' in html
    assert '<article lang="da">' in html
    assert "<h2>\nMål</h2>" in html
    text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    for fact in ("Plan", "Source: Ministeriet", "Date: 1 March 2024", "Language: Danish"):
        assert fact in text
    assert "<mark" not in html


def test_the_frame_is_in_the_visitor_s_language(library: TestClient) -> None:
    page = library.get("/" + document_page(PLAN.id), headers={"accept-language": "da"})
    assert '<html lang="da">' in page.text
    assert "1. marts 2024" in page.text
    assert (page.headers["content-language"], page.headers["vary"]) == ("da", "Accept-Language")


def test_the_cited_characters_are_marked(library: TestClient) -> None:
    address = document_page(PLAN.id, PLAN.text.index("Først"), len(PLAN.text))
    html = library.get("/" + address).text
    assert '<mark id="quote" tabindex="-1">Først. Så.</mark>' in html
    assert 'href="#quote"' in html


@pytest.mark.parametrize(
    "query", ["start=5", "start=5&end=4", "start=0&end=99999", "start=-1&end=3", "start=a&end=b", "start=²&end=9" * 99]
)
def test_offsets_that_name_nothing_leave_the_document_unmarked(library: TestClient, query: str) -> None:
    page = library.get("/" + document_page(PLAN.id) + f"?{query}")
    assert page.status_code == 200
    assert "<mark" not in page.text


@pytest.mark.parametrize("path", ["none", "../../etc/passwd", "%2e%2e/settings", "ministries/", "%00", "<script>"])
def test_what_is_not_there_is_a_calm_page(library: TestClient, path: str) -> None:
    page = library.get(f"/documents/{path}")
    assert page.status_code == 404
    if path != "../../etc/passwd":
        assert phrases("en").no_such_document in page.text
        assert "<script>" not in page.text


def test_hostile_documents_do_nothing(library: TestClient) -> None:
    for path in ("/documents/bad", "/about"):
        html = library.get(path).text
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in html
        assert not set("\u202e\U000e0041") & set(html)


def test_pages_carry_no_script_and_no_inline_style(library: TestClient) -> None:
    for path in ("/about", "/documents/bad", "/documents/none", "/" + document_page(PLAN.id, 0, 9)):
        html = library.get(path).text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html), path


def test_the_front_page_names_the_first_of_many_documents_and_leads_to_all(tmp_path: Path) -> None:
    many = [Document(f"d{number:03}", f"Title {number:03}.", "en", "Text.") for number in range(120)]
    header = render.header("en", State(chatbot=cast(Chatbot, Bookshelf(tmp_path, many))))
    assert "Answers quote 120 documents" in header
    assert "Title 049." in header
    assert "Title 050." not in header
    assert '<a href="about" target="_blank" rel="noopener">All documents</a>' in header


def test_until_the_documents_are_read_a_page_says_so() -> None:
    page = client(State(step="Embedding passages")).get("/documents/plan")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert phrases("en").getting_ready in page.text
    broken = client(State(reference="4f2a")).get("/documents/plan")
    assert phrases("en").not_ready.format(reference="4f2a") in broken.text


def test_about_says_what_is_stored_and_whom_to_ask_instead(state: State) -> None:
    says = phrases("en")
    plain = client(state).get("/about").text
    assert says.privacy_with_feedback in plain
    assert says.privacy_without_log.replace("'", "&#39;") in plain
    assert says.contact_heading not in plain
    changed = client(state, feedback=None, log_questions=True, contact="help@example.org").get("/about").text
    assert says.privacy_with_feedback not in changed
    assert says.privacy_with_log.replace("'", "&#39;") in changed
    assert '<a href="mailto:help@example.org">help@example.org</a>' in changed


@pytest.mark.parametrize(
    ("contact", "address", "name"),
    [
        ("https://www.example.org/help/", "https://www.example.org/help/", "www.example.org/help"),
        ("help@example.org", "mailto:help@example.org", "help@example.org"),
        ("the front desk, phone 12", None, "the front desk, phone 12"),
        ("javascript:alert(1)", None, "javascript:alert(1)"),
    ],
)
def test_a_contact_is_a_link_where_it_can_be_one(contact: str, address: str | None, name: str) -> None:
    assert (contact_address(contact), contact_name(contact)) == (address, name)


def test_dates_are_written_out_where_they_are_dates() -> None:
    assert written_date("2024-03-01", "da") == "1. marts 2024"
    assert written_date("Spring 2024", "en") == "Spring 2024"
