"""The charts of the report: risk-coverage, reliability, slices, latency."""

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from chatbot.evaluation.details import Bin, Point
from chatbot.evaluation.drawing import Sheet
from chatbot.evaluation.figures import Figure

_LEFT, _TOP, _SIZE_X, _SIZE_Y = 56, 14, 390, 230
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROUND = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]


def risk_coverage(points: Sequence[Point], operating: Point | None) -> Markup:
    """How many of the answers would be wrong, by how many of the questions are answered."""
    sheet = _square("Share of wrong answers by share of questions answered", "questions answered", "answers wrong")
    sheet.path([(_x(point.coverage), _y(point.risk)) for point in points], "curve")
    if operating:
        x, y = _x(operating.coverage), _y(operating.risk)
        tip = f"{operating.coverage:.0%} of the questions were answered, {operating.risk:.0%} of those answers wrong"
        sheet.dot(x, y, 5, "now", tip)
        near_end = operating.coverage > 0.6
        above = operating.risk < 0.85
        sheet.text(
            x + (-9 if near_end else 9), y + (-9 if above else 16), "as set now", "note", "end" if near_end else "start"
        )
    return sheet.markup()


def reliability(bins: Sequence[Bin]) -> Markup:
    """How often an answer is right, by how sure the chatbot was."""
    sheet = _square("Share of right answers by confidence", "confidence", "right")
    step = 1 / len(bins)
    for number, found in enumerate(bins):
        if not found.questions:
            continue
        left, top = _x(number * step) + 2, _y(found.right)
        tip = f"{found.questions} questions, mean confidence {found.confidence:.2f}, {found.right:.0%} right"
        sheet.box(left, top, _SIZE_X * step - 4, _y(0) - top, "bar", tip)
        sheet.text(left + _SIZE_X * step / 2 - 2, max(top - 5, _TOP + 9), str(found.questions), "count", "middle")
    sheet.line(_x(0), _y(0), _x(1), _y(1), "ideal")
    return sheet.markup()


def shares(rows: Sequence[tuple[str, int, Figure]], title: str) -> Markup:
    """One line a slice: its name, its size, its share as a dot and the interval as a bar."""
    left, width, height = 150, 250, 26
    sheet = Sheet(left + width + 70, height * len(rows) + 34, title)
    bottom = height * len(rows) + 6
    for quarter in _QUARTERS:
        x = left + quarter * width
        sheet.line(x, 4, x, bottom, "grid")
        sheet.text(x, bottom + 18, f"{quarter:.0%}", "axis", "middle")
    for number, (name, size, figure) in enumerate(rows):
        y = number * height + 18.0
        sheet.text(left - 12, y + 4, f"{name} ({size})", "name", "end")
        sheet.box(left + figure.low * width, y - 4, max((figure.high - figure.low) * width, 1.5), 8, "spread")
        tip = f"{figure.value:.1%}, 95% interval {figure.low:.1%} to {figure.high:.1%}"
        sheet.dot(left + figure.value * width, y, 4.5, "now", tip)
        sheet.text(left + width + 12, y + 4, f"{figure.value:.0%}", "name")
    return sheet.markup()


def latency(milliseconds: Sequence[float], marks: Mapping[str, float]) -> Markup:
    """A histogram of the time an answer takes, with some percentiles marked."""
    highest = max(1.0, *milliseconds)
    # A single slow answer must not squeeze all others into one bar: what is beyond the scale is in the last bar.
    scale = min(highest, 1.6 * max(1.0, *marks.values()))
    step = next(step for step in _ROUND if step * 5 >= scale)
    scale = step * math.ceil(scale / step)
    count = 30
    bars = [0] * count
    for value in milliseconds:
        bars[min(count - 1, int(value / scale * count))] += 1
    sheet = Sheet(_LEFT + _SIZE_X + 30, _TOP + _SIZE_Y + 46, "How long an answer takes, in milliseconds")
    most = max(bars)
    for number, size in enumerate(bars):
        x, height = _x(number / count), size / most * (_SIZE_Y - 34)
        sheet.box(x + 0.5, _y(0) - height, _SIZE_X / count - 1, height, "bar", f"{size} answers")
    for place, (name, value) in enumerate(marks.items()):
        x = _x(min(value / scale, 1))
        sheet.line(x, _TOP + 12 * place + 6, x, _y(0), "mark")
        anchor, shift = ("end", -4) if value > 0.7 * scale else ("start", 4)
        sheet.text(x + shift, _TOP + 12 * place + 12, f"{name} {value:.0f} ms", "note", anchor)
    sheet.line(_x(0), _y(0), _x(1), _y(0), "frame")
    for number in range(round(scale / step) + 1):
        sheet.text(_x(number * step / scale), _y(0) + 16, f"{number * step:,}", "axis", "middle")
    sheet.text(_x(0.5), _y(0) + 36, "milliseconds", "axis", "middle")
    return sheet.markup()


def steps(parts: Mapping[str, float]) -> Markup:
    """One bar cut into the steps by the share of time each takes, with a legend below."""
    width, line = 446, 20
    shown = sorted(((name, share) for name, share in parts.items() if share >= 0.0005), key=lambda part: -part[1])
    sheet = Sheet(width, 40 + line * len(shown), "Share of the time spent in each step")
    x = 0.0
    for number, (name, share) in enumerate(shown):
        sheet.box(x, 2, share * width, 22, f"part part{number % 6}", f"{name}: {share:.1%}")
        y = 48.0 + line * number
        sheet.box(0, y - 10, 12, 12, f"part part{number % 6}")
        sheet.text(20, y, f"{name}, {share:.1%}", "name")
        x += share * width
    return sheet.markup()


def _square(title: str, across: str, up: str) -> Sheet:
    """A frame from 0 to 100% both ways."""
    sheet = Sheet(_LEFT + _SIZE_X + 30, _TOP + _SIZE_Y + 46, title)
    for quarter in _QUARTERS:
        sheet.line(_x(0), _y(quarter), _x(1), _y(quarter), "grid")
        sheet.text(_x(0) - 8, _y(quarter) + 4, f"{quarter:.0%}", "axis", "end")
        sheet.text(_x(quarter), _y(0) + 16, f"{quarter:.0%}", "axis", "middle")
    sheet.text(_x(0.5), _y(0) + 36, across, "axis", "middle")
    sheet.upright(12, _y(0.5), up)
    return sheet


def _x(share: float) -> float:
    return _LEFT + share * _SIZE_X


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIZE_Y
