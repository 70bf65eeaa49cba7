"""A run of `python -m tests.benchmarks` is kept, and drawn again without measuring; what was measured is made up here."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from chatbot.evaluation.runs import Source
from chatbot.settings import Settings
from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks import saved
from tests.benchmarks.measure import Measured

_SVG = "{http://www.w3.org/2000/svg}"
_CHARTS = ["hit-at-1.svg", "processor.svg"]


def _measured(system: str, model: str, first: int, milliseconds: float) -> Measured:
    """Of forty questions, `first` with the right paragraph first; each took so long."""
    ranks: list[int | None] = [*[0] * first, *[1] * (39 - first), None]
    seconds = [milliseconds / 1000] * 40
    return Measured(system, model, ranks, seconds, seconds, 2.0, 1.0, 0.1, 800.0)


_ROWS = [
    _measured("ours", "e5", 38, 8.0),
    _measured("txtai", "<e5> & co", 30, 16.0),
    _measured("txtai", "MiniLM", 34, 4.0),
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "one"
    config = saved.Config(
        started=datetime(2026, 11, 24, tzinfo=UTC),
        command="python -m tests.benchmarks squad.json",
        source=Source(path=tmp_path / "squad.json", sha256="0"),
        paragraphs=7,
        versions={"Python": "3.11.0", "txtai": "9.0"},
    )
    saved.create(folder, config)
    saved.save(folder, _ROWS)
    return folder


def test_a_saved_run_is_drawn_again(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmarks.main(["--from", str(run), "--charts", str(tmp_path / "docs" / "benchmarks")])
    table = capsys.readouterr().out
    assert table.startswith(
        "40 questions on 7 paragraphs, one thread each, in turns of one run; 2026-11-24, Python 3.11.0, "
    )
    assert (
        "| this program, whole answer | e5 | 0.950 | 0.975 | 0.963 | 8.0 | 8.0 | 8.0 | 100 | 2.0 (1.0) | 800 |" in table
    )
    assert "- hit@1 above txtai, hybrid (MiniLM): +0.100 (+0.025 to +0.200)" in table
    report = (run / "report.md").read_text()
    assert report.endswith(table)
    assert str(tmp_path) not in report
    for name in _CHARTS:
        assert f"]({name})" in report
        assert (run / name).read_bytes() == (tmp_path / "docs" / "benchmarks" / name).read_bytes()


def test_charts_tell_their_figures_in_lengths_and_in_words(run: Path) -> None:
    benchmarks.main(["--from", str(run)])
    for name, ratios, words in zip(
        _CHARTS, [(30 / 38, 34 / 38), (2, 0.5)], ["0.950 (0.875–1.000)", "8.0 ms"], strict=True
    ):
        drawing = ElementTree.parse(run / name).getroot()  # noqa: S314 - our own
        assert drawing.get("role") == "img"
        assert drawing.get("aria-label") == drawing.findtext(f"{_SVG}title")
        assert f"this program with e5, whole answer: {words}; txtai, hybrid with <e5> & co" in drawing.findtext(
            f"{_SVG}desc", ""
        )
        texts = [element.text for element in drawing.iter(f"{_SVG}text")]
        assert {"this program: whole answer", "txtai, hybrid: retrieval alone", "<e5> & co", words} <= set(texts)
        ours, *others = [float(bar.get("width", "")) for bar in drawing.iter(f"{_SVG}rect") if bar.get("x")]
        assert [other / ours for other in others] == pytest.approx(ratios, abs=0.001)


def test_charts_are_complete_in_themselves_and_follow_light_and_dark(run: Path) -> None:
    benchmarks.main(["--from", str(run)])
    for name in _CHARTS:
        drawing = (run / name).read_text()
        assert "prefers-color-scheme: dark" in drawing
        assert not [word for word in ("href", "url(", "@import", "<script") if word in drawing]


def test_a_run_is_kept_with_what_made_it(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paragraph = {
        "context": "It rains.",
        "qas": [{"id": "1", "question": "Does it?", "answers": [{"text": "rains", "answer_start": 3}]}],
    }
    squad = tmp_path / "some squad.json"
    squad.write_text(json.dumps({"data": [{"title": "Weather", "paragraphs": [paragraph]}]}))
    asked: list[Any] = []

    def measure(*arguments: Any) -> list[Measured]:
        asked.append(arguments)
        return _ROWS

    monkeypatch.setattr(benchmarks, "Settings", lambda: settings)
    monkeypatch.setattr(benchmarks, "load_embeddings", lambda settings: None)
    monkeypatch.setattr(benchmarks, "files", lambda package: tmp_path)
    monkeypatch.setattr(benchmarks, "version", lambda library: "1.0")
    monkeypatch.setattr(benchmarks, "measure", measure)
    benchmarks.main([str(squad), "--questions", "1", "--output", str(tmp_path / "runs")])
    assert asked[0][1:] == (["It rains."], [("Does it?", 0)])
    [folder] = (tmp_path / "runs").iterdir()
    assert folder.name.endswith("-some-squad")
    kept = saved.load(folder)
    assert kept.rows == tuple(_ROWS)
    assert kept.config.command == "python -m tests.benchmarks 'some squad.json' --questions 1"
    assert kept.config.versions["txtai"] == "1.0"
    assert (folder / "report.md").read_text().endswith(capsys.readouterr().out)


def test_what_is_no_finished_run_is_said_so(run: Path, tmp_path: Path) -> None:
    (run / "rows.jsonl").write_text('{"system": "ours"}\n')
    with pytest.raises(SystemExit, match="another version"):
        benchmarks.main(["--from", str(run)])
    (run / "rows.jsonl").unlink()
    for folder in (run, tmp_path / "nowhere"):
        with pytest.raises(SystemExit, match="not the folder of a finished run"):
            benchmarks.main(["--from", str(folder)])
    for arguments in ([], ["squad.json", "--from", str(run)]):
        with pytest.raises(SystemExit, match="2"):
            benchmarks.main(arguments)
