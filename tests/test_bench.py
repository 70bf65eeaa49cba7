import json
from pathlib import Path

from typer.testing import CliRunner

from chatbot.cli import app
from chatbot.settings import Settings


def test_scale_builds_opens_and_searches_indexes_of_synthetic_passages_and_leaves_none(
    tmp_path: Path, settings: Settings
) -> None:
    index, output = tmp_path / "index", tmp_path / "scale.json"
    index.mkdir()
    (index / "models").symlink_to(settings.index / "models")
    sizes = ["--passages", "300", "--passages", "1000", "--questions", "40"]
    result = CliRunner().invoke(
        app, ["bench", "scale", *sizes, "--output", str(output)], env={"CHATBOT_INDEX": str(index)}
    )
    assert result.exit_code == 0, result.output
    assert "| passages; sentences | 300; " in result.stdout
    small, larger = json.loads(output.read_text())
    assert (small["recall"], larger["recall"]) == (1, 1)
    assert larger["searched"]["kind"] == "exact"
    assert larger["searched"]["load_s"] < 5
    assert sum(larger["disk_mb"].values()) > 2 * sum(small["disk_mb"].values())
    assert list(index.glob("bench-*")) == []


def test_kinds_compares_them_over_the_same_vectors() -> None:
    result = CliRunner().invoke(app, ["bench", "kinds", "--passages", "2000", "--questions", "30"])
    assert result.exit_code == 0, result.output
    assert "| Flat | all | " in result.stdout
    assert "HNSW32_SQ8" in result.stdout
