"""Open an index and search it, as a process of its own whose memory holds nothing else: FOLDER QUESTIONS → JSON."""

import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import cast

from chatbot.process import prepare_process
from chatbot.settings import Settings, load_settings

# Not counted: at the first questions code and the upper pages of files come into memory.
_WARM_UP = 20


def search(folder: Path, questions: Path, settings: Settings) -> str:
    """What it took, as the JSON of `Searched`."""
    import numpy as np

    from chatbot import manifest as manifests
    from chatbot.bench.scale import NEAREST, Searched
    from chatbot.embedding import TextEmbeddings
    from chatbot.index import load
    from chatbot.retrieval import candidates
    from chatbot.vectorstore import FaissVectorStore

    with np.load(questions) as asked:
        vectors, texts = asked["vectors"], asked["texts"].tolist()
    program, _ = _resident()
    started = perf_counter()
    # Questions come as vectors, so that no embedding model is in memory.
    index = load(folder, manifests.check(folder), cast(TextEmbeddings, None))
    loaded = perf_counter() - started
    store = cast(FaissVectorStore, index.store)
    rows, nearest, processor, whole = [], [], [], []
    for vector, text in zip(vectors, texts, strict=True):
        started, began = perf_counter(), process_time()
        found, _ = store.nearest_rows(vector, NEAREST)
        nearest.append(perf_counter() - started)
        processor.append(process_time() - began)
        started = perf_counter()
        candidates(index, text, vector, settings.candidates, settings.lexical_weight)
        whole.append(perf_counter() - started)
        rows.append(found.tolist())
    resident, of_files = _resident()
    return Searched(
        kind=store.kind,
        load_s=loaded,
        resident_mb=resident,
        of_that_mapped_mb=of_files,
        program_mb=program,
        search_ms=_middle_and_worst(nearest),
        search_cpu_ms=_middle_and_worst(processor),
        retrieval_ms=_middle_and_worst(whole),
        rows=rows,
    ).model_dump_json()


def _middle_and_worst(seconds: list[float]) -> tuple[float, float]:
    import numpy as np

    middle, worst = np.percentile(seconds[_WARM_UP:], (50, 99)) * 1000
    return float(middle), float(worst)


def _resident() -> tuple[float, float]:
    """Memory of this process in MB, and what of it are pages of files, as Linux has it in /proc."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    total, of_files = (int(lines[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssFile"))
    return total, of_files


if __name__ == "__main__":
    chosen = load_settings()
    prepare_process(chosen)
    sys.stdout.write(search(Path(sys.argv[1]), Path(sys.argv[2]), chosen))
