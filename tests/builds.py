"""Builds of small indexes that are killed, starved or locked out; run as a program, without an embedding model.

It is a process of its own because it forks, which one that has loaded a model must not.
"""

import hashlib
import json
import os
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from tqdm import tqdm

from chatbot import manifest as manifests
from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import Encoded, TextEmbeddings, Vectors
from chatbot.errors import ChatbotError
from chatbot.index import load
from chatbot.indexing import Opened, open_index
from chatbot.late_interaction import Head
from chatbot.progress import Progress, no_progress

KILLS = 40
DIMENSION = 8


class HashedWords:
    """Stands in for an embedding model: a vector for each word, by its hash."""

    name = "hashed-words"
    fingerprint = "1"
    dimension = DIMENSION

    def passages(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = ""
    ) -> Iterator[tuple[int, Encoded]]:
        for position, text in enumerate(texts):
            words = text.split()
            starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1]
            tokens = np.stack([self._vector(word) for word in words])
            offsets = np.stack([starts, starts + [len(word) for word in words]], axis=1)
            yield position, Encoded(self._vector(text), tokens, offsets)

    def passage_vectors(self, texts: Sequence[str], progress: Progress = no_progress, step: str = "") -> Vectors:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, DIMENSION)

    def _vector(self, text: str) -> Vectors:
        vector = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)[:DIMENSION].astype(np.float32) - 127.5
        return vector / np.linalg.norm(vector)


EMBEDDINGS = cast(TextEmbeddings, HashedWords())


def corpus(number: int) -> Corpus:
    """Documents that say which corpus they belong to, all of them changed from one number to the next."""
    names = ("bread", "law", "post")
    return Corpus(tuple(Document(name, name, "en", f"The {name} is number {number} now.\n") for name in names))


def opened(root: Path, number: int) -> Opened:
    return open_index(root, corpus(number), EMBEDDINGS, Head.untrained(DIMENSION), 1000)


def current(root: Path) -> int:
    """The number of the index that is current, every checksum and every document verified."""
    folder = versions.current(root)
    assert folder is not None
    index = load(folder, manifests.check(folder), EMBEDDINGS)
    number = int(index.documents["post"].text.split()[4])
    assert tuple(index.documents.values()) == corpus(number).documents
    assert [passage.document.id for passage in index.passages] == ["bread", "law", "post"]
    return number


def in_child(work: Callable[[], object]) -> int:
    """Do it in a child process and return the child's id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def kill(root: Path) -> Any:
    """Kill builds at random moments; each time the index that was finished last must be whole."""
    random.seed(1)
    opened(root, 0)
    last, in_the_middle = 0, 0

    def build_on() -> None:
        number = current(root)
        while True:
            number += 1
            opened(root, number)

    for _ in range(KILLS):
        child = in_child(build_on)
        time.sleep(random.uniform(0, 0.25))  # noqa: S311
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        in_the_middle += any(path.name.startswith(".") for path in (root / "versions").iterdir())
        number = current(root)
        assert number >= last
        last = number
    opened(root, last + 1)
    assert current(root) == last + 1
    left = [path.name for path in (root / "versions").iterdir() if path.name.startswith(".")]
    return {"kills": KILLS, "in_the_middle": in_the_middle, "built": last, "left": left}


def starve(root: Path) -> Any:
    """Let no file grow beyond a size, as on a full disk."""
    opened(root, 0)
    told = []
    for size in (10, 300, 700, 1500):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        told.append(failure(lambda: opened(root, 1)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert current(root) == 0
    opened(root, 1)
    return {"told": told, "current": current(root)}


def lock_out(root: Path) -> Any:
    """Take away the right to write; what is there can still be used."""
    opened(root, 0)
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.seteuid(65534)
    usable = opened(root, 0).rebuilt_because is None
    told = failure(lambda: opened(root, 1))
    return {"usable": usable, "told": told, "current": current(root)}


def failure(action: Callable[[], object]) -> str:
    try:
        action()
    except ChatbotError as error:
        return str(error)
    raise AssertionError("It should not have worked.")


if __name__ == "__main__":
    # BM25's progress bars share a lock among processes, which a killed child would take with it.
    tqdm.monitor_interval = 0
    tqdm.set_lock(threading.RLock())
    what = {"kill": kill, "starve": starve, "lock_out": lock_out}[sys.argv[1]]
    sys.stdout.write(json.dumps(what(Path(sys.argv[2]))))
