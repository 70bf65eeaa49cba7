import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from chatbot import feedback
from chatbot.answer import Answer, Status
from chatbot.chatbot import Chatbot
from chatbot.cli import app
from chatbot.errors import ChatbotError
from chatbot.evaluation.questions import read_questions
from chatbot.feedback import Feedback, FeedbackStore, mask

QUESTION = "How many IT systems does the state have?"


def vote(**changes: Any) -> Feedback:
    fields = {"answer": "0" * 16, "question": QUESTION, "language": "en", "status": "answered", "vote": "yes"}
    return Feedback(**{**fields, **changes})


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("CPR 010203-1234.", "CPR [number]."),
        ("CPR 0102031234", "CPR [number]"),
        ("CPR 01 02 03 1234", "CPR [number]"),
        ("CPR 010203–1234, tlf. 12 34 56 78", "CPR [number], tlf. [number]"),
        ("CPR 0102\u200b03-1234", "CPR [number]"),
        ("CPR 999999-1234", "CPR [number]"),
        ("CPR ０１０２０３-１２３４", "CPR [number]"),
        ("Call +45 12 34 56 78 or (0045) 12345678", "Call [number] or ([number]"),
        ("Write to first.last+x@mail.example.org!", "Write to [e-mail]"),
        ("Write to first.last (at) mail.example.org", "Write to [e-mail]"),
        (
            "The strategy of 2022-2025 has 4.000 systems and 77%.",
            "The strategy of 2022-2025 has 4.000 systems and 77%.",
        ),
    ],
)
def test_personal_details_are_masked(written: str, stored: str) -> None:
    assert vote(question=written).question == vote(comment=written).comment == stored


def test_masking_a_long_line_is_quick() -> None:
    for hostile in ("a" * 10_000, "1 " * 5_000, "+" * 10_000, "1.-" * 3_333, "a@" * 5_000, "(at)" * 2_500):
        started = process_time()
        mask(hostile)
        assert process_time() - started < 0.5


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": "../../x"},
        {"question": "x" * 10_001},
        {"comment": "x" * 1001},
        {"vote": "maybe"},
        {"language": "fr"},
        {"status": "lost"},
        {"name": "who"},
    ],
)
def test_a_row_that_does_not_fit_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        vote(**changes)


def test_what_is_stored_is_masked_and_says_nothing_about_the_sender(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "new" / "feedback.sqlite3")
    assert store.add(vote(comment="Mail me: a@b.example, 010203-1234"))
    assert b"010203" not in (tmp_path / "new" / "feedback.sqlite3").read_bytes()
    (row,) = store.rows()
    assert row.comment == "Mail me: [e-mail] [number]"
    assert (row.time.minute, row.time.second) == (0, 0)
    assert set(row.model_dump()) == {"answer", "question", "language", "status", "vote", "comment", "time"}


def test_a_full_store_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_ROWS", 2)
    store = FeedbackStore(tmp_path / "feedback.sqlite3")
    assert [store.add(vote()) for _ in range(3)] == [True, True, False]
    assert len(list(store.rows())) == 2


def test_a_file_that_cannot_be_used_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(ChatbotError, match="no feedback"):
        list(FeedbackStore(tmp_path / "none").rows())
    (tmp_path / "text").write_text("This is no database. " * 100)
    with pytest.raises(ChatbotError, match="cannot be read"):
        list(FeedbackStore(tmp_path / "text").rows())
    with pytest.raises(ChatbotError, match="could not be stored"):
        FeedbackStore(tmp_path / "text").add(vote())


def test_an_answer_has_the_same_id_whenever_it_is_given(chatbot: Chatbot) -> None:
    first, again = chatbot.ask(QUESTION), chatbot.ask(f" {QUESTION} ")
    assert first.id == again.id
    assert first.id != chatbot.ask("Who is the minister?").id
    assert Answer.model_validate_json(first.model_dump_json()).id == first.id


def test_export_proposes_what_was_found_helpful_and_leaves_the_rest_to_be_labelled(
    tmp_path: Path, chatbot: Chatbot
) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite3")
    answer = chatbot.ask(QUESTION)
    store.add(vote(answer=answer.id))
    store.add(vote(question="Does it rain?", status=Status.NOT_FOUND, vote="no", comment="It does, ask a@b.example"))
    store.add(vote(question="Does it rain?", status=Status.NOT_FOUND, vote="yes"))
    store.add(vote(answer="1" * 16, question="", status=Status.REJECTED))
    result = CliRunner().invoke(
        app, ["feedback", "export"], env={"CHATBOT_FEEDBACK": str(tmp_path / "feedback.sqlite3")}
    )
    assert result.exit_code == 0, result.stderr
    (tmp_path / "candidates.jsonl").write_text(result.stdout, encoding="utf-8")
    helpful, other = (question for _, question in read_questions(tmp_path / "candidates.jsonl"))
    assert (helpful.answerable, helpful.answers, helpful.evidence) == (True, (answer.text,), answer.text)
    assert (other.answerable, other.answers) == (False, ())
    assert other.note == "Candidate, not labelled yet. Answer: not_found; helpful: 1 of 2. «It does, ask [e-mail]»"
    assert json.loads(result.stdout.splitlines()[0])["id"] == f"feedback-{answer.id}"


def test_export_says_when_feedback_is_off() -> None:
    result = CliRunner().invoke(app, ["feedback", "export"], env={"CHATBOT_FEEDBACK": ""})
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CHATBOT_FEEDBACK" in result.stderr
