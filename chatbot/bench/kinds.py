"""Kinds of index side by side over the same synthetic vectors: memory, recall, time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import faiss
import numpy as np

from chatbot.arrays import RowsInFile
from chatbot.bench.scale import NEAREST, recall
from chatbot.bench.synthetic import Copies
from chatbot.nearest import NearestNeighbours
from chatbot.progress import Progress

_WARM_UP = 20


@dataclass(frozen=True)
class Kind:
    """One kind of index with one setting of how much of it is looked at.

    Attributes:
        factory: as `faiss.index_factory` names it.
        looks_at: lists of an IVF index, candidates of an HNSW graph; None where all is looked at.
        build_s: seconds to train and fill it, processor time of all threads.
        bytes_each: of the index, a vector; vectors in half precision that re-score it (768) not counted.
        recall: share of the ten nearest that are found.
        search_ms: processor time of a question, median.
    """

    factory: str
    looks_at: int | None
    build_s: float
    bytes_each: float
    recall: float
    search_ms: float


def compare(copies: Copies, lists: int, questions: int, progress: Progress) -> Iterator[Kind]:
    """Exact search, and quantised vectors in lists and in a graph, whole vectors re-scoring what they find."""
    vectors = copies.vectors(0, copies.count)
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "halves.npy", vectors.astype(np.float16))
        halves = RowsInFile(Path(folder) / "halves.npy")
    _, asked = copies.questions(questions)
    exact = _search(NearestNeighbours(_filled("Flat", vectors)[0]), asked)[0]
    settings: list[tuple[str, Sequence[int | None]]] = [
        ("Flat", [None]),
        (f"IVF{lists},SQ8", [lists // 8, lists // 4, lists * 3 // 8]),
        (f"IVF{lists},RaBitQ", [lists // 8, lists // 4, lists * 3 // 8, lists // 2]),
        ("HNSW32_SQ8", [128, 256, 512]),
    ]
    for number, (factory, looks) in enumerate(settings):
        progress("Comparing kinds of index", number, len(settings))
        index, seconds = _filled(factory, vectors)
        size = faiss.serialize_index(index).nbytes / copies.count
        for looked_at in looks:
            _look_at(index, looked_at)
            found, milliseconds = _search(NearestNeighbours(index, None if factory == "Flat" else halves), asked)
            yield Kind(factory, looked_at, seconds, size, recall(found, exact), milliseconds)
    progress("Comparing kinds of index", len(settings), len(settings))


def _filled(factory: str, vectors: Any) -> tuple[Any, float]:
    started = process_time()
    index = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors)
    index.add(vectors)
    return index, process_time() - started


def _look_at(index: Any, much: Any) -> None:
    if isinstance(index, faiss.IndexIVF):
        index.nprobe = much
    elif isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = much


def _search(neighbours: NearestNeighbours, asked: Any) -> tuple[list[list[int]], float]:
    found, seconds = [], []
    for vector in asked:
        started = process_time()
        found.append(neighbours.search(vector, NEAREST)[0].tolist())
        seconds.append(process_time() - started)
    return found, float(np.median(seconds[_WARM_UP:]) * 1000)
