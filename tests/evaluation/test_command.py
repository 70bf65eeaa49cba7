"""`chatbot evaluate` from end to end, with the real model."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from chatbot.evaluation.ablation import ABLATIONS
from chatbot.evaluation.asking import Asker
from chatbot.evaluation.command import evaluate
from chatbot.evaluation.items import Item
from chatbot.evaluation.metrics import METRICS
from chatbot.evaluation.rows import Observation
from chatbot.evaluation.runs import Run
from chatbot.settings import Settings
from tests.evaluation.test_squad import CHURCH, content, write

app = typer.Typer()
app.command()(evaluate)

QUESTIONS = [
    {
        "id": "e1",
        "language": "en",
        "question": "How many different IT systems are there in the state?",
        "answerable": True,
        "answers": ["4.000"],
        "kind": "direct",
        "evidence": "There are more than 4.000 different IT systems in the state",
    },
    {
        "id": "d1",
        "language": "da",
        "question": "Siden hvornår er den blevet fornyet?",
        "answerable": True,
        "answers": ["since 2001"],
        "kind": "follow-up",
        "history": ["Fortæl om den fællesoffentlige digitaliseringsstrategi"],
        "evidence": "regional and local government institutions since 2001",
    },
    {
        "id": "e2",
        "language": "en",
        "question": "What is the boiling point of tungsten?",
        "answerable": False,
        "answers": [],
        "kind": "off-topic",
    },
]


@pytest.fixture
def model(embeddings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session's model, and an index folder of this test's own."""
    monkeypatch.setattr("chatbot.opening.load_embeddings", lambda *_: embeddings)
    monkeypatch.setenv("CHATBOT_INDEX", str(tmp_path / "index"))


@pytest.fixture
def shipped(model: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped index, which is there already."""
    monkeypatch.setenv("CHATBOT_INDEX", str(settings.index))


@pytest.fixture
def question_file(tmp_path: Path) -> Path:
    path = tmp_path / "few.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def timeless(figures: dict[str, Any]) -> str:
    return re.sub(r'"latency_p\d+_ms": \{[^}]*\}', "", json.dumps(figures))


@pytest.mark.usefixtures("shipped")
def test_a_question_file_gives_figures_rows_and_a_report(question_file: Path, tmp_path: Path) -> None:
    done = run("--questions", question_file, "--output", tmp_path / "runs", "--json", "--gate", "citation_exact>=1")
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert set(figures) == {"questions", "metrics", "slices"}
    assert figures["questions"] == 3
    # Without a near-topic question and without a language model these have nothing to measure.
    missing = {"auroc_near", "written_share", "dropped_share", "tokens"}
    assert list(figures["metrics"]) == [name for name in METRICS if name not in missing]
    assert set(figures["slices"]) >= {"language=da", "kind=follow-up", "kind=off-topic", "answerable=true"}
    for figure in figures["metrics"].values():
        assert figure["low"] <= figure["high"]
    assert figures["metrics"]["hit@1"]["value"] == figures["metrics"]["citation_exact"]["value"] == 1

    (folder,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"\d{8}-\d{6}-few", folder.name)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "metrics.json",
        "report.html",
        "rows.jsonl",
    ]
    config = json.loads((folder / "config.json").read_text())
    assert config["settings"]["wrong_cost"]
    assert config["manifest"]["passages"]
    rows = Run.open(folder).rows()
    assert [row.question.id for row in rows] == ["e1", "d1", "e2"]
    assert rows[0].observation.retrieved[0].text
    assert rows[0].observation.latency_ms > 0
    assert rows[1].answer.question == QUESTIONS[1]["question"]

    again = run("--questions", question_file, "--output", tmp_path / "again", "--json")
    assert timeless(json.loads(again.stdout)) == timeless(figures)
    rescored = run("--rescore", folder, "--json")
    assert rescored.stdout == done.stdout
    same = run("--compare", folder, tmp_path / "again", "--max-drop", "accuracy=0", "--json")
    assert same.exit_code == 0, same.stderr
    assert json.loads(same.stdout)["changed"] == []


@pytest.mark.usefixtures("shipped")
def test_an_interrupted_run_keeps_its_rows_and_goes_on(
    question_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Asker.ask

    def interrupted(self: Asker, item: Item) -> Observation:
        if len(asked) == 2:
            asked.append("")
            raise KeyboardInterrupt
        asked.append(item.question.id)
        return ask(self, item)

    monkeypatch.setattr(Asker, "ask", interrupted)
    stopped = run("--questions", question_file, "--output", tmp_path / "runs", "--json")
    assert stopped.exit_code == 130
    assert stopped.stdout == ""
    (folder,) = (tmp_path / "runs").iterdir()
    assert f"2 of 3 answers are kept in {folder}" in stopped.stderr
    assert f"--resume {folder}" in stopped.stderr
    assert f"--rescore {folder}" in stopped.stderr
    assert json.loads(run("--rescore", folder, "--json").stdout)["questions"] == 2

    with (folder / "rows.jsonl").open("ab") as file:
        file.write(b'{"observation": {"que')
    resumed = run("--resume", tmp_path / "runs", "--json")
    assert resumed.exit_code == 0, resumed.stderr
    assert json.loads(resumed.stdout)["questions"] == 3
    assert asked == ["e1", "d1", "", "e2"]

    monkeypatch.setenv("CHATBOT_WRONG_COST", "1.23")
    changed = run("--resume", folder)
    assert changed.exit_code == 1
    assert "Settings changed since the run began (wrong_cost)" in changed.stderr
    monkeypatch.delenv("CHATBOT_WRONG_COST")
    question_file.write_text(question_file.read_text().replace("tungsten", "iron"))
    assert "The question files changed" in run("--resume", folder).stderr


@pytest.mark.usefixtures("shipped")
def test_ablations_say_what_each_part_adds(question_file: Path, tmp_path: Path) -> None:
    done = run("--questions", question_file, "--output", tmp_path / "runs", "--ablate")
    assert done.exit_code == 0, done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    ablations = json.loads((folder / "metrics.json").read_text())["ablations"]
    assert list(ablations) == list(ABLATIONS)
    one_sentence = Run.open(folder).without("second-sentence").rows()
    assert all(row.verdicts.sentences in (None, 1) for row in one_sentence)
    assert ablations["conversation"]["accuracy"]["value"] == -0.5, "the follow-up is lost without its history"
    assert ablations["bm25"]["accuracy"]["a"] == 1
    assert "What each part adds" in (folder / "report.html").read_text()
    assert "without" in done.stdout

    shutil.rmtree(folder / "without" / "bm25")
    assert run("--rescore", folder).exit_code == 0
    assert not (folder / "without" / "bm25").exists(), "nothing is made where nothing is asked"
    left = json.loads((folder / "metrics.json").read_text())["ablations"]
    assert list(left) == [part for part in ABLATIONS if part != "bm25"], "what was interrupted is left out"
    assert run("--resume", folder).exit_code == 0
    assert list(json.loads((folder / "metrics.json").read_text())["ablations"]) == list(ABLATIONS)


@pytest.mark.usefixtures("model")
def test_squad_of_both_versions(tmp_path: Path) -> None:
    first = run("--squad", write(tmp_path, content("v2.0"), "tiny.json"), "--output", tmp_path / "runs", "--json")
    assert first.exit_code == 0, first.stderr
    assert "The index was built because there was none yet." in first.stderr
    figures = json.loads(first.stdout)
    assert figures["questions"] == 5
    assert figures["metrics"]["hit@1"]["value"] == 1
    assert figures["metrics"]["citation_exact"]["value"] == 1
    assert set(figures["slices"]) == {"answerable=false", "answerable=true", "language=en"}

    same_paragraphs = write(tmp_path, content("1.1"), "older.json")
    second = run("--squad", same_paragraphs, "--sample", 2, "--output", tmp_path / "runs", "--name", "two", "--json")
    assert second.exit_code == 0, second.stderr
    assert "indexed" not in second.stderr
    assert json.loads(second.stdout)["questions"] == 2
    assert any(folder.name.endswith("-two") for folder in (tmp_path / "runs").iterdir())

    without = run("--squad", same_paragraphs, "--leave-out", "--output", tmp_path / "left", "--json")
    metrics = json.loads(without.stdout)["metrics"]
    assert "false_answer_rate" in metrics
    assert not {"accuracy", "hit@1", "auroc"} & metrics.keys()
    for row in Run.open(tmp_path / "left").rows():
        own = {"Coast"} if row.question.id == "l1" else {"Old_Town_Centre"}
        assert not own & {found.document.split("/")[0] for found in row.observation.retrieved}


@pytest.mark.usefixtures("model")
def test_evidence_that_passages_cut_in_two_is_where_most_of_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_PASSAGE_CHARACTERS", "200")
    words = " ".join(f"word{number}" for number in range(60))
    text = f"{CHURCH} {words}. {CHURCH}"
    start = text.index("word20")
    answer = {"text": text[start : start + 200], "answer_start": start}
    qas = [{"id": "q", "question": "Which words are there?", "answers": [answer]}]
    data = {"data": [{"title": "Words", "paragraphs": [{"context": text, "qas": qas}]}]}
    done = run("--squad", write(tmp_path, data), "--output", tmp_path / "runs")
    assert done.exit_code == 0, done.stderr
    (row,) = Run.open(tmp_path / "runs").rows()
    assert len(row.observation.relevant) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--gate", "foo>=1"], 2, "There is no metric «foo»."),
        (["--gate", "accuracy"], 2, "has no form I know"),
        (["--compare", "a", "b", "--max-drop", "foo=1"], 2, "There is no metric «foo»."),
        (["--compare", "a", "b", "--gate", "ece<=1"], 2, "--gate is for one run"),
        (["--max-drop", "ece=1"], 2, "--max-drop needs --compare."),
        (["--leave-out"], 2, "--leave-out needs --squad."),
        (["--questions-from", "x"], 2, "--questions-from needs --squad."),
        (["--split", "train"], 2, "--split takes dev or test, not train."),
        (["--squad", "x", "--questions", "y"], 2, "--questions and --squad cannot be used together."),
        (["--resume", "x", "--rescore", "y"], 2, "--rescore and --resume cannot be used together."),
        (["--resume", "x", "--sample", "3"], 2, "--resume and --sample cannot be used together."),
        (["--compare", "nowhere", "nothing"], 1, "nowhere is not the folder of a run"),
        (["--rescore", "nowhere"], 1, "nowhere is not the folder of a run"),
        (["--squad", "nowhere.json"], 1, "The SQuAD file nowhere.json cannot be read"),
        (["--questions", "nowhere.jsonl"], 1, "There is no question file or folder nowhere.jsonl."),
    ],
)
def test_what_does_not_fit_is_one_sentence(arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("shipped")
def test_a_gate_that_fails_is_named_and_fails_the_command(question_file: Path, tmp_path: Path) -> None:
    done = run("--questions", question_file, "--output", tmp_path, "--gate", "latency_p50_ms<=0", "--gate", "hit@1>=1")
    assert done.exit_code == 1
    assert "The gate latency_p50_ms<=0 fails: latency_p50_ms is " in done.stderr
    assert "hit@1>=1" not in done.stderr
    assert "3 questions" in done.stdout
