import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.many_files import FILES, ROOT


@pytest.mark.slow
def test_thousands_of_mixed_files_take_little_memory_and_one_that_changes_little_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.many_files", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["documents"] + found["unreadable"] == FILES
    assert (found["unnamed"], found["skipped"]) == ([], found["unreadable"])
    assert found["grown_mb"] < 1500
    assert found["embedded_again"] == 1
    assert found["update_s"] - found["of_that_embedding_s"] < 3
