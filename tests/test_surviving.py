import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.builds import KILLS

ROOT = Path(__file__).resolve().parents[1]


def builds(what: str, folder: Path) -> Any:
    command = [sys.executable, "-m", "tests.builds", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_build_killed_at_any_moment_leaves_the_previous_index_serving(tmp_path: Path) -> None:
    found = builds("kill", tmp_path / "index")
    assert found["kills"] == KILLS >= 30
    assert found["in_the_middle"] > KILLS / 8
    assert found["built"] > 0
    assert found["left"] == []


def test_a_full_disk_is_one_sentence_and_leaves_the_previous_index_serving(tmp_path: Path) -> None:
    found = builds("starve", tmp_path / "index")
    for told in found["told"]:
        assert "could not be written" in told or "cannot be written" in told
        assert "room" in told
    assert found["current"] == 1


def test_a_read_only_folder_is_served_from_and_named_when_something_changed() -> None:
    # Where another user can look, too.
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        found = builds("lock_out", Path(name, "index"))
    assert found["usable"]
    assert found["told"].startswith("The index has to be built because the document bread (and 2 more) changed. ")
    assert "cannot be written to (Permission denied). Make it writable" in found["told"]
    assert found["current"] == 0
