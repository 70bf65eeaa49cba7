import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chatbot.cli import app
from chatbot.settings import Settings, settings_table

ROOT = Path(__file__).resolve().parents[1]
KEYS = [
    "question",
    "language",
    "status",
    "certainty",
    "text",
    "confidence",
    "citations",
    "suggestions",
    "understood_as",
    "wording",
    "sentences",
    "id",
]


def run(*arguments: str, stdin: str | bytes | None = None, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, env=environment)


def test_questions_from_standard_input_give_one_json_object_a_line_and_nothing_else(network_guard: list[str]) -> None:
    lines = ["How many IT systems does the state have?", "", "Hvordan bager jeg rugbrød?", "x" * 1001, "010203-1234"]
    result = run("ask", "--json", "-", stdin="\n".join(lines) + "\n")
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["status"] for answer in answers] == ["answered", "rejected", "not_found", "rejected", "rejected"]
    assert [answer["language"] for answer in answers][2] == "da"
    assert all(list(answer) == KEYS for answer in answers)
    (citation, *_) = answers[0]["citations"]
    assert list(citation) == ["document", "title", "quote", "start", "end", "headings", "page"]
    text = (ROOT / "corpus" / "documents" / f"{citation['document']}.md").read_text(encoding="utf-8")
    assert text.split("---\n", 2)[2][citation["start"] : citation["end"]] == citation["quote"]
    assert answers[2]["suggestions"]
    assert network_guard == []


def test_bytes_that_are_not_utf_8_are_a_question_without_an_answer_not_an_error() -> None:
    result = run("ask", "--json", "-", stdin=b"\xff\xfe\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["status"] in ("not_found", "rejected")


def test_a_person_sees_the_quote_and_its_source() -> None:
    result = run("ask", "Hvem er minister?", COLUMNS="200")
    assert result.exit_code == 0
    assert "Marie Bjerre" in result.stdout
    assert "[1] Denmark" in result.stdout
    assert "(på engelsk)" in result.stdout


def test_a_question_that_is_refused_ends_with_a_usage_error() -> None:
    result = run("ask", "")
    assert (result.exit_code, result.stdout) == (2, "Write a question first.\n")


def test_the_index_reports_what_it_holds() -> None:
    result = run("index")
    assert result.exit_code == 0
    assert "1 document, 12 passages" in result.stdout


def test_the_index_is_updated_by_what_changed_and_rolled_back(settings: Settings, tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    index.mkdir()
    (index / "models").symlink_to(settings.index / "models")
    folders = {"CHATBOT_CORPUS": str(corpus), "CHATBOT_INDEX": str(index)}
    (corpus / "post.md").write_text("Digital Post is a mailbox.\n")
    assert run("index", **folders).stderr == "The index was built because there was none yet.\n"
    (corpus / "bread.md").write_text("Rye bread is sour.\n")
    updated = run("index", **folders)
    assert updated.stderr == "The index was built because the document bread was added.\n"
    assert updated.stdout == (
        "Documents: 1 added (bread), 0 changed, 0 removed, 1 unchanged. 1 passage embedded.\n"
        "The index is up to date: 2 documents, 2 passages, 2 sentences.\n"
    )
    back = run("index", "--rollback", **folders)
    assert back.stdout == "The index is rolled back: 1 document, 1 passage, 1 sentence.\n"
    assert "stays as it is (1 added (bread), 0 changed, 0 removed, 1 unchanged) until a document changes" in back.stderr


def test_rolling_back_goes_alone() -> None:
    assert run("index", "--rollback", "--rebuild").exit_code == 2


@pytest.mark.parametrize("command", [["ask", "Who?"], ["ask", "--json", "-"], ["index"]])
def test_an_unusable_corpus_is_one_sentence_on_standard_error(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "bad.md").write_bytes(b"\x00\xff\x00")
    result = run(*command, CHATBOT_CORPUS=str(tmp_path))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "bad.md was skipped: its encoding cannot be told" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_index_in_a_milvus_is_set_in_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_INDEX", "milvus+http://host:19530")
    assert (Settings().milvus, Settings().index) == ("http://host:19530", ROOT / "index")
    monkeypatch.setenv("CHATBOT_INDEX", "elsewhere")
    assert (Settings().milvus, Settings().index) == ("", Path("elsewhere"))


@pytest.mark.parametrize(("variable", "value"), [("CHATBOT_THREADS", "many"), ("CHATBOT_LANGUAGE", "fr")])
def test_a_setting_that_does_not_fit_is_named(variable: str, value: str) -> None:
    result = run("index", **{variable: value})
    assert result.exit_code == 1
    assert f"{variable}={value} does not fit" in result.stderr


def test_the_settings_table_is_that_of_the_documentation() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert run("settings").stdout.strip() == settings_table()


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = "import sys, chatbot.cli; print([m for m in ('torch', 'gradio', 'langchain', 'faiss') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "Who?"],
        ["index"],
        ["evaluate", "--questions", "nowhere.jsonl"],
        ["train", "nowhere.json", "--held-out", "nowhere.json", "--output", "nowhere.safetensors"],
    ],
)
def test_threads_are_set_before_any_library_reads_how_many_there_are(command: list[str]) -> None:
    said = f"""
import sys
from chatbot import cli, terminal
def told(settings):
    print([name for name in ("numpy", "torch", "faiss") if name in sys.modules])
    raise SystemExit
terminal.prepare_process = told
sys.argv = ["chatbot", *{command!r}]
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
