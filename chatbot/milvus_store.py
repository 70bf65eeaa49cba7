"""A `VectorStore` in a collection of a Milvus, which holds the weights of BM25 as well."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient

from chatbot.arrays import Floats
from chatbot.nearest import EXACT
from chatbot.passage_store import PassageStore

_AT_ONCE = 500
# Milvus returns no more rows than this.
_MOST = 16_384
_LONGEST = 65_535

# A dimension that every passage has next to nothing of: Milvus takes no empty sparse vector. Stems are those after it.
_NOTHING = {0: 1e-9}

_TEXTS = ("id", "text", "metadata")


class MilvusVectorStore(PassageStore):
    """The passages in one collection, which is made when the first are added if it is not there; rows are its key."""

    def __init__(self, embeddings: Embeddings, client: MilvusClient, collection: str) -> None:
        super().__init__(embeddings)
        self._client = client
        self._collection = collection
        self._end = self._count() if client.has_collection(collection) else 0

    def __len__(self) -> int:
        return self._count() if self._end else 0

    def __iter__(self) -> Iterator[tuple[int, Document]]:
        for first in range(0, self._end, _AT_ONCE):
            yield from sorted(self._having(f"row >= {first} and row < {first + _AT_ONCE}"), key=itemgetter(0))

    def at(self, rows: Sequence[int]) -> list[Document]:
        return [_document(entity) for entity in self._get(rows, _TEXTS)]

    def by_id(self, ids: Sequence[str]) -> list[tuple[int, Document]]:
        keys = [_key(identity) for identity in ids] if self._end else []
        batches = [keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE)]
        found = {passage.id: (row, passage) for batch in batches for row, passage in self._having(f"key in {batch}")}
        return [found[identity] for identity in ids if identity in found]

    def vectors(self, rows: Sequence[int]) -> Floats:
        return np.array([entity["vector"] for entity in self._get(rows, ["vector"])], np.float32)

    def nearest_rows(self, vector: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
        if k <= 0 or not self._end:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = self._search("vector", vector.tolist(), k)
        return np.array([hit["row"] for hit in found], np.int64), np.array(
            [hit["distance"] for hit in found], np.float32
        )

    def rows_with(self, stems: Sequence[int], k: int) -> NDArray[np.int64]:
        """Rows of the k passages to whose scores these stems add most; one that is named twice counts twice."""
        wanted = {stem + 1: float(times) for stem, times in Counter(stems).items()}
        return np.array([hit["row"] for hit in self._search("words", wanted, k)], np.int64)

    def weights(self, rows: Sequence[int], stems: Sequence[int]) -> list[float]:
        """What these stems add to the scores of these rows."""
        found = self._get(rows, ["words"])
        return [sum(entity["words"].get(stem + 1, 0.0) for stem in stems) for entity in found]

    def _append(self, documents: Sequence[Document], vectors: Floats) -> None:
        if not self._client.has_collection(self._collection):
            create(self._client, self._collection, vectors.shape[1], len(vectors))
        insert(self._client, self._collection, documents, vectors, ({} for _ in documents), self._end)
        self._end += len(documents)

    def _remove(self, rows: Sequence[int]) -> None:
        self._client.delete(self._collection, ids=list(rows))

    def _count(self) -> int:
        (counted,) = self._client.query(self._collection, "", output_fields=["count(*)"])
        return int(counted["count(*)"])

    def _having(self, condition: str) -> list[tuple[int, Document]]:
        found = self._client.query(self._collection, condition, output_fields=["row", *_TEXTS])
        return [(int(entity["row"]), _document(entity)) for entity in found]

    def _get(self, rows: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
        """These fields of these rows, in the same order."""
        found: dict[int, dict[str, Any]] = {}
        for first in range(0, len(rows), _AT_ONCE):
            batch = list(rows[first : first + _AT_ONCE])
            for entity in self._client.get(self._collection, batch, output_fields=["row", *fields]):
                found[entity["row"]] = entity
        return [found[row] for row in rows]

    def _search(self, field: str, vector: Any, k: int) -> list[dict[str, Any]]:
        most = min(k, _MOST)
        (found,) = self._client.search(self._collection, [vector], limit=most, anns_field=field, output_fields=["row"])
        return list(found)


def create(client: MilvusClient, name: str, dimension: int, count: int) -> None:
    """A collection, ready to be searched, for about so many passages, whose vectors have this dimension."""
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
