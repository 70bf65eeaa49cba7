import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.errors import ChatbotError
from chatbot.web.server import listener

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with listener("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ChatbotError, match=f"^Port {port} is already in use. .*CHATBOT_PORT"):
            listener("127.0.0.1", port)
        finished = subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, "CHATBOT_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Error: Port {port} is already in use.")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "not an address"])
def test_an_address_of_another_machine_is_one_clear_sentence(host: str) -> None:
    with pytest.raises(ChatbotError, match="CHATBOT_HOST"):
        listener(host, 0)


def test_a_port_is_free_again_at_once() -> None:
    with listener("127.0.0.1", 0) as first:
        address = first.getsockname()
    with socket.socket() as second:
        second.bind(address)
