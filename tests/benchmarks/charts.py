"""The charts of a run: one bar for each system with each model."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from chatbot.evaluation.drawing import Sheet
from chatbot.evaluation.figures import Figure
from tests.benchmarks.figures import NAMES, OURS, asked_for, hits, mean, processor_ms
from tests.benchmarks.measure import Measured
from tests.benchmarks.saved import Run

_WIDTH, _LEFT, _SCALE = 720, 174, 376
_TOP, _GROUP, _BAR = 62, 26, 20


@dataclass(frozen=True)
class _Bar:
    row: Measured
    figure: Figure
    words: str


def hit_at_1(run: Run) -> Sheet:
    """How often the right paragraph comes first, with the 95% interval."""
    bars = []
    for row in run.rows:
        figure = mean(hits(row, 1))
        bars.append(_Bar(row, figure, f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"))
    note = f"{_asked(run)}; in brackets and as a line the 95% interval"
    return _draw("How often the right paragraph comes first (hit@1)", note, bars, [0, 0.25, 0.5, 0.75, 1], "{:.2f}")


def processor(run: Run) -> Sheet:
    """Milliseconds of processor time a question."""
    bars = []
    for row in run.rows:
        value = processor_ms(row)
        bars.append(_Bar(row, Figure(value=value, low=value, high=value), f"{value:.1f} ms"))
    return _draw(
        "Milliseconds of processor time a question (median; less is better)",
        f"{_asked(run)}, one thread each",
        bars,
        _ticks(max(bar.figure.value for bar in bars)),
        "{:g}",
    )


CHARTS: dict[str, Callable[[Run], Sheet]] = {"hit-at-1.svg": hit_at_1, "processor.svg": processor}


def _draw(title: str, note: str, bars: Sequence[_Bar], ticks: Sequence[float], tick: str) -> Sheet:
    groups = [(system, list(members)) for system, members in groupby(bars, lambda bar: bar.row.system)]
    height = _TOP + _GROUP * len(groups) + _BAR * len(bars) + 34
    told = "; ".join(f"{NAMES[bar.row.system]} with {bar.row.model}, {asked_for(bar.row)}: {bar.words}" for bar in bars)
    sheet = Sheet(_WIDTH, height, title, f"{note}. {told}.")
    sheet.text(16, 28, title, "title")
    sheet.text(16, 48, note, "axis")

    def x(value: float) -> float:
        return _LEFT + value / ticks[-1] * _SCALE

    y = float(_TOP)
    for system, members in groups:
        y += _GROUP
        sheet.text(16, y - 6, f"{NAMES[system]}: {asked_for(members[0].row)}", "note")
        for at in ticks:
            sheet.line(x(at), y, x(at), y + _BAR * len(members), "grid")
        for bar in members:
            _bar(sheet, bar, x, y)
            y += _BAR
    for at in ticks:
        sheet.text(x(at), y + 17, tick.format(at), "axis", "middle")
    return sheet


def _bar(sheet: Sheet, bar: _Bar, x: Callable[[float], float], y: float) -> None:
    figure = bar.figure
    sheet.text(_LEFT - 10, y + 13, bar.row.model, "axis", "end")
    style = "part0" if bar.row.system == OURS else "part5"
    sheet.box(x(0), y + 1, x(figure.value) - x(0), _BAR - 5, style)
    if figure.low < figure.high:
        for line in ("halo", "whisker"):
            sheet.line(x(figure.low), y + 8.5, x(figure.high), y + 8.5, line)
    sheet.text(x(figure.high) + 8, y + 13, bar.words)


def _asked(run: Run) -> str:
    questions, paragraphs = len(run.rows[0].ranks), run.config.paragraphs
    return f"{run.config.started:%Y-%m-%d}, {questions} questions on {paragraphs} paragraphs"


def _ticks(highest: float) -> list[float]:
    """Round numbers from 0 to `highest` or a little above, about five of them."""
    power = 10 ** math.floor(math.log10(highest / 5))
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit * 5 >= highest)
    return [step * number for number in range(math.ceil(highest / step) + 1)]
