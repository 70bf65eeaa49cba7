"""What the tests share: the real embedding model, the real chatbot over the shipped corpus, and a socket guard."""

import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from chatbot.process import prepare_process
from chatbot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Before any test file imports a library that reads the environment once."""
    prepare_process(Settings.model_construct())


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The defaults, whatever the environment says."""
    return Settings.model_construct()


@pytest.fixture(scope="session", autouse=True)
def network_guard() -> Iterator[list[str]]:
    """Refuse every connection that leaves the machine, in all tests; yields what was refused."""
    refused: list[str] = []
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            refused.append(str(address[0]))
            raise ConnectionRefusedError(f"A test tried to reach {address[0]}")
        connect(self, address)

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in (None, "") and not _is_loopback(host):
            refused.append(str(host))
            raise socket.gaierror(f"A test tried to look up {host}")
        return getaddrinfo(host, *arguments, **options)

    getaddrinfo: Callable[..., Any] = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket, "getaddrinfo", resolve)
        yield refused


@pytest.fixture(scope="session")
def embeddings(settings: Settings) -> Any:
    """The default embedding model."""
    from chatbot.embedding_model import load_embeddings

    return load_embeddings(settings)


@pytest.fixture(scope="session")
def reader(embeddings: Any) -> Any:
    """The shipped reader."""
    from chatbot.reader import load_reader

    return load_reader(embeddings.name, embeddings.dimension)


@pytest.fixture(scope="session")
def chatbot(settings: Settings, embeddings: Any, reader: Any) -> Any:
    """The chatbot over the shipped corpus; its index is built on first use and kept."""
    from chatbot.chatbot import Chatbot
    from chatbot.corpus import load_corpus
    from chatbot.indexing import open_index

    corpus = load_corpus(settings.corpus)
    opened = open_index(settings.index, corpus, embeddings, reader.head, settings.passage_characters)
    return Chatbot(opened.index, embeddings, reader, settings)


@pytest.fixture
def milvus_lite(tmp_path: Path) -> Iterator[Any]:
    """A client of a Milvus Lite of its own, whose server ends with the test."""
    from milvus_lite.server_manager import server_manager_instance
    from pymilvus import MilvusClient

    file = str(tmp_path / "milvus.db")
    client = MilvusClient(file)
    yield client
    client.close()
    server_manager_instance.release_server(file)


def _is_loopback(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
