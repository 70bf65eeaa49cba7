"""Milvus, a server for vectors, in the seat of FAISS: the same passages, vectors and BM25 weights, searched there.

Each index has a collection of its own, which is never changed once it is complete; an alias names the current one. The
weights of BM25 are stored as sparse vectors, so that a search by inner product scores just as the local BM25 does:
Milvus' own text analysis stems neither Danish nor, in Milvus Lite, English, and Lite counts words by segment.
"""

import json
import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pymilvus import MilvusClient, MilvusException

from chatbot import versions
from chatbot.arrays import Floats
from chatbot.bm25 import Asked, LexicalIndex, Vocabulary
from chatbot.engine import Contents, Engine
from chatbot.errors import ChatbotError
from chatbot.milvus_store import MilvusVectorStore, create, insert
from chatbot.passage_store import PassageStore

_FILE = "milvus.json"
# Under the index folder: the alias, then every collection that was made for it and not dropped again.
_MADE = "collections"

_PORT = 19530
_PATIENCE = 10.0  # seconds to wait for the server


class MilvusEngine(Engine):
    """A Milvus, for the index in one folder, where the names of its collections are kept."""

    def __init__(self, client: MilvusClient, name: str, root: Path) -> None:
        self.name = name
        self._client = client
        self._root = root

    @classmethod
    def at(cls, address: str, root: Path) -> "MilvusEngine":
        """The one at `http://host:19530`, with `user:password@` before the host if need be, or a file of Milvus Lite,
        which ends in `.db`.

        Raises:
            ChatbotError: it cannot be reached.
        """
        # It would print the traceback of what is told here in one sentence.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        parts = urlsplit(address)
        token = f"{parts.username}:{parts.password}" if parts.username else ""
        if parts.hostname:
            host = f"{parts.hostname}:{parts.port or _PORT}"
            name, address = f"Milvus at {host}", f"{parts.scheme}://{host}"
        else:
            name = f"Milvus Lite in {address}"
        with _told(name):
            return cls(MilvusClient(address, token=token, timeout=_PATIENCE), name, root)

    def write(self, folder: Path, contents: Contents, previous: PassageStore | None) -> None:
        alias, *made = self._made()
        others = filter(None, (versions.current(self._root), versions.earlier(self._root)))
        kept = {_written(other)["collection"] for other in others if (other / _FILE).exists()}
        name, count = f"{alias}_{uuid.uuid4().hex[:12]}", len(contents.vectors)
        with _told(self.name):
            for unused in set(made) - kept:
                self._client.drop_collection(unused)
            # Noted before it is made, so that it is dropped one day whatever happens.
            (self._root / _MADE).write_text("\n".join([alias, *kept, name]) + "\n", encoding="utf-8")
            create(self._client, name, contents.vectors.shape[1], count)
            insert(self._client, name, contents.documents, contents.vectors, contents.words.by_passage())
            self._client.flush(name)
        contents.words.vocabulary.save(folder)
        (folder / _FILE).write_text(json.dumps({"collection": name, "passages": count}), encoding="utf-8")

    def open(self, folder: Path, embeddings: Embeddings) -> tuple[PassageStore, LexicalIndex]:
        written = _written(folder)
        name, count = written["collection"], written["passages"]
        with _told(self.name):
            if not self._client.has_collection(name):
                raise ValueError("the collection is gone")
            self._client.load_collection(name)
            store = MilvusVectorStore(embeddings, self._client, name)
            if len(store) != count:
                raise ValueError(f"{count} passages were written, but {len(store)} are there")
        return store, MilvusWords(Vocabulary.open(folder), store)

    def publish(self, folder: Path) -> None:
        alias, *made = self._made()
        name = _written(folder)["collection"]
        with _told(self.name):
            known = [other for other in made if self._client.has_collection(other)]
            named = [other for other in known if alias in self._client.list_aliases(other)["aliases"]]
            if not named:
                self._client.create_alias(name, alias)
            elif name not in named:
                self._client.alter_alias(name, alias)

    def _made(self) -> list[str]:
        try:
            return (self._root / _MADE).read_text(encoding="utf-8").split()
        except OSError:
            return [f"chatbot_{uuid.uuid4().hex[:8]}"]


@dataclass(frozen=True)
class MilvusWords(LexicalIndex):
    """BM25 in a collection: a search among its sparse vectors."""

    vocabulary: Vocabulary
    store: MilvusVectorStore

    def matches(self, question: str) -> "_Matches":
        return _Matches(self.vocabulary.asked(question), self.store)


@dataclass(frozen=True)
class _Matches:
    """How well passages match one question, asked of the server."""

    asked: Asked
    store: MilvusVectorStore

    def best(self, k: int) -> NDArray[np.int64]:
        return self.store.rows_with(self.asked.stems, k) if self.asked.stems else np.empty(0, np.int64)

    def of(self, rows: Sequence[int]) -> Floats:
        if not self.asked.stems:
            return np.zeros(len(rows), np.float32)
        return np.array(
            [weight / self.asked.highest for weight in self.store.weights(rows, self.asked.stems)], np.float32
        )


def _written(folder: Path) -> dict[str, Any]:
    """What `write` left in the folder of an index: the collection's name, and how many passages it has."""
    written: dict[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return written


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What goes wrong with the server of this name is one sentence."""
    try:
        yield
    except MilvusException as error:
        reason = error.message.strip().splitlines()[0][:200] if error.message else type(error).__name__
        raise ChatbotError(
            f"{name} does not do as it is told ({reason}). See that it runs and can be reached; Milvus Lite is for one "
            "process at a time. Or set CHATBOT_INDEX to a folder."
        ) from error
