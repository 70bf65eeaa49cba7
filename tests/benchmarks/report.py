"""`report.md` of a run and its charts beside it."""

from pathlib import Path

import numpy as np

from tests.benchmarks.charts import CHARTS
from tests.benchmarks.figures import NAMES, OURS, asked_for, hits, mean, processor_ms
from tests.benchmarks.measure import Measured
from tests.benchmarks.saved import Run

REPORT = "report.md"


def write(run: Run, folder: Path) -> None:
    """The report and its charts into the run's folder."""
    draw(run, folder)
    shown = "\n\n".join(f"![{chart(run).title}]({name})" for name, chart in CHARTS.items())
    text = f"# This program beside other libraries\n\n    {run.config.command}\n\n{shown}\n\n{table(run)}"
    (folder / REPORT).write_text(text, encoding="utf-8")


def draw(run: Run, folder: Path) -> None:
    """The charts alone, into a folder that is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, chart in CHARTS.items():
        (folder / name).write_text(chart(run).file(), encoding="utf-8")


def table(run: Run) -> str:
    """The comparison as Markdown."""
    found, config = run.rows, run.config
    lines = [
        f"{len(found[0].ranks)} questions on {config.paragraphs} paragraphs, one thread each, in turns of one run; "
        f"{config.started:%Y-%m-%d}, "
        + ", ".join(f"{name} {version}" for name, version in config.versions.items())
        + ".\n",
        "| | Model | hit@1 | hit@5 | MRR@10 | ms of processor a question | p50 ms | p95 ms | "
        "ms of processor a paragraph, indexing | start to first answer, s (of processor) | peak memory, MB |",
        "|---" * 11 + "|",
    ]
    for each in found:
        reciprocal = np.mean([0 if rank is None else 1 / (rank + 1) for rank in each.ranks])
        p50, p95 = np.percentile(each.wall, [50, 95]) * 1000
        lines.append(
            f"| {_title(each)} | {each.model} | {hits(each, 1).mean():.3f} | {hits(each, 5).mean():.3f} | {reciprocal:.3f} | "
            f"{processor_ms(each):.1f} | {p50:.1f} | {p95:.1f} | {each.index_processor * 1000:.0f} | "
            f"{each.start_seconds:.1f} ({each.start_processor:.1f}) | {each.peak_mb:.0f} |"
        )
    ours = hits(found[0], 1)
    lines.append("")
    for each in found[1:]:
        above = mean(ours - hits(each, 1))
        lines.append(
            f"- hit@1 above {_title(each)} ({each.model}): {above.value:+.3f} ({above.low:+.3f} to {above.high:+.3f})"
        )
    return "\n".join(lines) + "\n"


def _title(each: Measured) -> str:
    return f"{NAMES[each.system]}, {asked_for(each)}" if each.system == OURS else NAMES[each.system]
