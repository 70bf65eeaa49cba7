"""The OpenAPI document keeps its word, whatever is sent to what it describes."""

import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic, sleep

import uvicorn

from chatbot.web.server import listener
from tests.web.conftest import UNLIMITED, Serve


def test_schemathesis_finds_nothing(serve: Serve) -> None:
    server = uvicorn.Server(uvicorn.Config(serve(**UNLIMITED).app, lifespan="off", log_config=None))
    with listener("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = monotonic() + 30
        while not server.started and monotonic() < until:
            sleep(0.02)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/api/openapi.json"
        configuration = Path(__file__).with_name("schemathesis.toml")
        options = ["--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--max-time", "20", "--seed", "1"]
        found = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", configuration, "run", address, *options],
            capture_output=True,
            text=True,
            check=False,
        )
        server.should_exit = True
        thread.join(10)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Tested: 8" in found.stdout
    assert "Unresolvable" not in found.stdout
