"""How an index grows: one of many synthetic passages is built, then opened and searched in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import faiss
import numpy as np
from faiss.contrib.exhaustive_search import knn_ground_truth
from numpy.typing import NDArray
from pydantic import BaseModel

from chatbot import manifest as manifests
from chatbot.arrays import ArrayFile, mapped
from chatbot.bench.synthetic import Copies, Originals
from chatbot.bm25 import Bm25
from chatbot.corpus import Document
from chatbot.errors import ChatbotError
from chatbot.index import DOCUMENTS, FIRST_SENTENCE, FIRST_TOKEN, SENTENCES, TOKENS, as_langchain, starts
from chatbot.library import write_library
from chatbot.progress import Progress
from chatbot.vectorstore import FaissVectorStore

# Neighbours that recall is counted among.
NEAREST = 10

_SCRATCH = "scratch.npy"
_ASKED = "asked.npz"
_AT_ONCE = 16_384


class Searched(BaseModel, frozen=True):
    """What a process that opened an index and searched it found.

    Attributes:
        kind: of the index of vectors.
        load_s: seconds to check and open it.
        resident_mb: memory of the process after the last question, in MB of 10^6 bytes.
        of_that_mapped_mb: what of that are pages of files, which the system takes back when it needs them.
        program_mb: memory of the process before it opened the index.
        search_ms: the ten nearest vectors of a question, median and 99th percentile.
        search_cpu_ms: the same in processor time, which other programs on the machine do not lengthen.
        retrieval_ms: all of retrieval, as a question has it: vectors, BM25, sentences, texts.
        rows: the rows found for each question.
    """

    kind: str
    load_s: float
    resident_mb: float
    of_that_mapped_mb: float
    program_mb: float
    search_ms: tuple[float, float]
    search_cpu_ms: tuple[float, float]
    retrieval_ms: tuple[float, float]
    rows: list[list[int]]


class Scale(BaseModel, frozen=True):
    """One size of index.

    Attributes:
        built_s: seconds by step, embedding aside, which a synthetic index has none of.
        build_peak_mb: most memory the building process ever had, the embedding model's included.
        disk_mb: MB on the disk by part.
        recall: share of the ten nearest found, against comparing with every vector in single precision.
    """

    passages: int
    sentences: int
    dimension: int
    built_s: dict[str, float]
    build_peak_mb: float
    disk_mb: dict[str, float]
    recall: float
    searched: Searched


def measure(originals: Originals, passages: int, questions: int, root: Path, progress: Progress) -> Scale:
    """Build, open and search an index of so many copies, in a folder under `root` that is removed afterwards.

    Raises:
        ChatbotError: the process that searches failed.
    """
    copies = Copies(originals, passages)
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix="bench-") as name:
        folder = Path(name)
        built = dict(_built(folder, copies, originals, progress))
        peak = _peak_mb()
        disk = {path.name: path.stat().st_size / 1e6 for path in sorted(folder.iterdir())}
        texts, vectors = copies.questions(questions)
        nearest = _exact(copies, vectors, progress)
        np.savez(folder / _ASKED, vectors=vectors, texts=np.array(texts))
        progress("Searching", 0, 1)
        searched = _searched(folder)
        progress("Searching", 1, 1)
    return Scale(
        passages=passages,
        sentences=int(copies.sentence_counts.sum()),
        dimension=vectors.shape[1],
        built_s=built,
        build_peak_mb=peak,
        disk_mb=disk,
        recall=recall(searched.rows, nearest),
        searched=searched,
    )


def recall(found: Sequence[Sequence[int]], nearest: Sequence[Sequence[int]]) -> float:
    """Share of the nearest rows that were found, of each question's."""
    return float(np.mean([len({*rows} & {*best}) / len(best) for rows, best in zip(found, nearest, strict=True)]))


def _built(folder: Path, copies: Copies, originals: Originals, progress: Progress) -> Iterator[tuple[str, float]]:
    """Write the index step by step; what each was, and the seconds it took."""
    count, total = copies.count, int(copies.sentence_counts.sum())

    def write_vectors() -> None:
        with ArrayFile(folder / _SCRATCH) as vectors, ArrayFile(folder / SENTENCES) as sentences:
            for first in range(0, count, _AT_ONCE):
                end = min(first + _AT_ONCE, count)
                vectors.append(copies.vectors(first, end))
                sentences.append(copies.sentence_vectors(first, end))
                progress("Copying vectors", end, count)

    def index_vectors() -> None:
        progress("Indexing vectors and storing passages", 0, 1)
        passages = chain.from_iterable(passages for _, passages in copies.documents())
        stored = (as_langchain(*pair) for pair in zip(passages, copies.topics(), strict=True))
        told = _told(stored, "Indexing vectors and storing passages", count, progress)
        FaissVectorStore.write(folder, told, mapped(folder / _SCRATCH))
        (folder / _SCRATCH).unlink()

    def index_words() -> None:
        stored = (document for _, document in FaissVectorStore.load(folder, originals.index.store.embeddings))
        told = _told(stored, "Indexing words", count, progress)
        language = originals.passages[0].document.language
        texts = ("\n".join((*document.metadata["headings"], document.page_content)) for document in told)
        Bm25.build(texts, (language for _ in range(count))).save(folder)

    def write_the_rest() -> None:
        # One token a sentence stands for all of them: those of a million passages would take 22 GB.
        np.save(folder / TOKENS, np.ones((total, originals.index.token_vectors.shape[1]), np.int8))
        np.save(folder / FIRST_TOKEN, np.arange(total + 1))
        np.save(folder / FIRST_SENTENCE, starts(copies.sentence_counts))
        hashes: dict[str, str] = {}

        def documents() -> Iterator[Document]:
            for document, _ in copies.documents():
                hashes[document.id] = document.sha256
                yield document

        told = _told(documents(), "Storing documents", len(copies.rows), progress)
        write_library(folder / DOCUMENTS, told, copies.rows)
        size = {"passages": count, "sentences": total, "tokens": total}
        manifests.seal(folder, originals.index.manifest.model_copy(update={**size, "documents": hashes, "files": {}}))

    steps: dict[str, Callable[[], None]] = {
        "copying": write_vectors,
        "vectors and passages": index_vectors,
        "words": index_words,
        "documents, checksums": write_the_rest,
    }
    for name, step in steps.items():
        started = perf_counter()
        step()
        yield name, perf_counter() - started


def _told(items: Iterator[Any], step: str, total: int, progress: Progress) -> Iterator[Any]:
    for number, item in enumerate(items, start=1):
        yield item
        if number % 1000 == 0 or number == total:
            progress(step, number, total)


def _exact(copies: Copies, questions: NDArray[np.float32], progress: Progress) -> list[list[int]]:
    """Rows of the nearest copies of each question, every one compared with."""

    def blocks() -> Iterator[NDArray[np.float32]]:
        for first in range(0, copies.count, _AT_ONCE):
            end = min(first + _AT_ONCE, copies.count)
            yield copies.vectors(first, end)
            progress("Comparing with every vector", end, copies.count)

    _, rows = knn_ground_truth(questions, blocks(), NEAREST, faiss.METRIC_INNER_PRODUCT)
    found: list[list[int]] = rows.tolist()
    return found


def _searched(folder: Path) -> Searched:
    command = [sys.executable, "-m", "chatbot.bench.searching", str(folder), str(folder / _ASKED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChatbotError(f"Searching the synthetic index failed: {done.stderr.strip().splitlines()[-1]}")
    return Searched.model_validate_json(done.stdout)


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
