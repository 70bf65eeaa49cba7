"""Milvus, a server for vectors, in the seat of FAISS: the same passages, vectors and BM25 weights, searched there.

Each index has a collection of its own, which is never changed once it is complete; an alias names the current one. The
weights of BM25 are stored as sparse vectors, so that a search by inner product scores just as the local BM25 does:
Milvus' own text analysis stems neither Danish nor, in Milvus Lite, English, and Lite counts words by segment.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient, MilvusException

from chatbot.bm25 import Asked, LexicalIndex, Vocabulary
from chatbot.engine import Contents, Engine
from chatbot.errors import ChatbotError
from chatbot.nearest import EXACT
from chatbot.passage_store import Floats, PassageStore

_FILE = "milvus.json"
# Under the index folder: the alias, then every collection that was made for it and not dropped again.
_MADE = "collections"

_AT_ONCE = 500
_PATIENCE = 10.0  # seconds to wait for the server
# Milvus returns no more rows than this.
_MOST = 16_384
_LONGEST = 65_535

# A dimension that every passage has next to nothing of: Milvus takes no empty sparse vector. Stems are those after it.
_NOTHING = {0: 1e-9}


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
        name = f"Milvus at {parts.hostname}:{parts.port or 19530}" if parts.hostname else f"Milvus Lite in {address}"
        token = f"{parts.username}:{parts.password}" if parts.username else ""
        uri = f"{parts.scheme}://{parts.hostname}:{parts.port or 19530}" if parts.hostname else address
        with _told(name):
            return cls(MilvusClient(uri, token=token, timeout=_PATIENCE), name, root)

    def write(self, folder: Path, contents: Contents, previous: PassageStore | None) -> None:
        alias, *made = self._made()
        kept = {self._collection(path) for path in self._root.glob(f"versions/[!.]*/{_FILE}")}
        name = f"{alias}_{uuid.uuid4().hex[:12]}"
        with _told(self.name):
            for other in made:
                if other not in kept:
                    self._client.drop_collection(other)
            # Noted before it is made, so that it is dropped one day whatever happens.
            self._note([alias, *kept, name])
            create(self._client, name, contents.vectors.shape[1], len(contents.vectors))
            insert(self._client, name, contents.documents, contents.vectors, contents.words.by_passage())
            self._client.flush(name)
        contents.words.vocabulary.save(folder)
        written = {"collection": name, "passages": len(contents.vectors)}
        (folder / _FILE).write_text(json.dumps(written), encoding="utf-8")

    def open(self, folder: Path, embeddings: Embeddings) -> tuple[PassageStore, LexicalIndex]:
        written = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        with _told(self.name):
            if not self._client.has_collection(written["collection"]):
                raise ValueError("the collection is gone")
            self._client.load_collection(written["collection"])
            store = MilvusVectorStore(embeddings, self._client, written["collection"])
        if len(store) != written["passages"]:
            raise ValueError(f"{written['passages']} passages were written, but {len(store)} are there")
        return store, MilvusWords(Vocabulary.open(folder), self._client, written["collection"])

    def publish(self, folder: Path) -> None:
        alias, *made = self._made()
        name = self._collection(folder / _FILE)
        with _told(self.name):
            known = [other for other in made if self._client.has_collection(other)]
            named = [other for other in known if alias in self._client.list_aliases(other)["aliases"]]
            if not named:
                self._client.create_alias(name, alias)
            elif name not in named:
                self._client.alter_alias(name, alias)

    @staticmethod
    def _collection(path: Path) -> str:
        return str(json.loads(path.read_text(encoding="utf-8"))["collection"])

    def _made(self) -> list[str]:
        try:
            return (self._root / _MADE).read_text(encoding="utf-8").split()
        except OSError:
            return [f"chatbot_{uuid.uuid4().hex[:8]}"]

    def _note(self, names: Sequence[str]) -> None:
        (self._root / _MADE).write_text("\n".join(names) + "\n", encoding="utf-8")


class MilvusVectorStore(PassageStore):
    """The passages in one collection; rows are its primary key.

    A collection that is not there yet is made when the first passages are added.
    """

    def __init__(self, embeddings: Embeddings, client: MilvusClient, collection: str) -> None:
        super().__init__(embeddings)
        self._client = client
        self._collection = collection
        self._end = len(self)

    def __len__(self) -> int:
        if not self._client.has_collection(self._collection):
            return 0
        (counted,) = self._client.query(self._collection, "", output_fields=["count(*)"])
        return int(counted["count(*)"])

    def __iter__(self) -> Iterator[tuple[int, Document]]:
        for first in range(0, self._end, _AT_ONCE):
            found = self._query(f"row >= {first} and row < {first + _AT_ONCE}")
            yield from sorted(((int(entity["row"]), _document(entity)) for entity in found), key=lambda each: each[0])

    def at(self, rows: Sequence[int]) -> list[Document]:
        found = {entity["row"]: _document(entity) for entity in self._get(rows, ["row", *_TEXTS])}
        return [found[row] for row in rows]

    def vectors(self, rows: Sequence[int]) -> Floats:
        found = {entity["row"]: entity["vector"] for entity in self._get(rows, ["row", "vector"])}
        return np.array([found[row] for row in rows], np.float32)

    def nearest_rows(self, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
        if k <= 0 or not self._end:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        (found,) = self._client.search(
            self._collection, [vector.tolist()], limit=min(k, _MOST), anns_field="vector", output_fields=["row"]
        )
        rows, scores = [hit["row"] for hit in found], [hit["distance"] for hit in found]
        return np.array(rows, np.int64), np.array(scores, np.float32)

    def by_id(self, ids: Sequence[str]) -> list[tuple[int, Document]]:
        found = {
            entity["id"]: (int(entity["row"]), _document(entity))
            for first in range(0, len(ids), _AT_ONCE)
            for entity in self._query(f"key in {[_key(identity) for identity in ids[first : first + _AT_ONCE]]}")
        }
        return [found[identity] for identity in ids if identity in found]

    def _append(self, documents: Sequence[Document], vectors: Floats) -> None:
        if not self._client.has_collection(self._collection):
            create(self._client, self._collection, vectors.shape[1], len(vectors))
            self._client.load_collection(self._collection)
        insert(self._client, self._collection, documents, vectors, ({} for _ in documents), self._end)
        self._end += len(documents)

    def _remove(self, rows: Sequence[int]) -> None:
        self._client.delete(self._collection, ids=list(rows))

    def _get(self, rows: Sequence[int], fields: list[str]) -> Iterator[dict[str, Any]]:
        for first in range(0, len(rows), _AT_ONCE):
            yield from self._client.get(self._collection, list(rows[first : first + _AT_ONCE]), output_fields=fields)

    def _query(self, condition: str) -> list[dict[str, Any]]:
        if not self._client.has_collection(self._collection):
            return []
        return list(self._client.query(self._collection, condition, output_fields=["row", *_TEXTS]))


class MilvusWords(LexicalIndex):
    """BM25 in a collection: a search among its sparse vectors."""

    def __init__(self, vocabulary: Vocabulary, client: MilvusClient, collection: str) -> None:
        self._vocabulary = vocabulary
        self._client = client
        self._collection = collection

    def matches(self, question: str) -> "_Matches":
        return _Matches(self._vocabulary.asked(question), self._client, self._collection)


class _Matches:
    """How well passages match one question, asked of the server."""

    def __init__(self, asked: Asked, client: MilvusClient, collection: str) -> None:
        self._asked = asked
        self._client = client
        self._collection = collection

    def best(self, k: int) -> NDArray[np.int64]:
        if not self._asked.stems:
            return np.empty(0, np.int64)
        # A stem that two words share counts twice, as it does locally.
        wanted: dict[int, float] = {}
        for stem in self._asked.stems:
            wanted[stem + 1] = wanted.get(stem + 1, 0.0) + 1.0
        (found,) = self._client.search(
            self._collection, [wanted], limit=min(k, _MOST), anns_field="words", output_fields=["row"]
        )
        return np.array([hit["row"] for hit in found], np.int64)

    def of(self, rows: Sequence[int]) -> Floats:
        if not self._asked.stems or not len(rows):
            return np.zeros(len(rows), np.float32)
        found = self._client.get(self._collection, list(rows), output_fields=["row", "words"])
        scores = {
            entity["row"]: sum(entity["words"].get(stem + 1, 0.0) for stem in self._asked.stems) for entity in found
        }
        return np.array([scores[row] / self._asked.highest for row in rows], np.float32)


_TEXTS = ("id", "text", "metadata")


def create(client: MilvusClient, name: str, dimension: int, count: int) -> None:
    """A collection for about so many passages, whose vectors have this dimension."""
    schema = MilvusClient.create_schema(auto_id=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("key", DataType.INT64)
    schema.add_field("id", DataType.VARCHAR, max_length=_LONGEST)
    schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST)
    schema.add_field("metadata", DataType.JSON)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    indexes = client.prepare_index_params()
    # As with FAISS: few are all compared; for many, Milvus chooses.
    indexes.add_index("vector", index_type="FLAT" if count <= EXACT else "AUTOINDEX", metric_type="IP")
    indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    indexes.add_index("key", index_type="INVERTED")
    # What was written is seen at once, by whoever reads: each collection is written once.
    client.create_collection(name, schema=schema, index_params=indexes, consistency_level="Strong")


def insert(
    client: MilvusClient,
    name: str,
    documents: Iterable[Document],
    vectors: NDArray[Any],
    words: Iterable[dict[int, float]],
    row: int = 0,
) -> None:
    """Add passages in rows from `row` on, each with its vector and what each stem adds to its score."""
    entities = (
        {
            "row": number,
            "key": _key(str(document.id)),
            "id": document.id,
            "text": document.page_content,
            "metadata": document.metadata,
            "vector": np.asarray(vector, np.float32),
            "words": _NOTHING | {stem + 1: weight for stem, weight in stems.items()},
        }
        for number, (document, vector, stems) in enumerate(zip(documents, vectors, words, strict=True), start=row)
    )
    while batch := list(islice(entities, _AT_ONCE)):
        client.insert(name, batch)


def _document(entity: dict[str, Any]) -> Document:
    return Document(id=entity["id"], page_content=entity["text"], metadata=entity["metadata"])


def _key(identity: str) -> int:
    """A number for an id: what ids may hold cannot be written into a condition everywhere."""
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


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
