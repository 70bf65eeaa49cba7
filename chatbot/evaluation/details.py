"""What a report shows beyond the metrics: the confusion table, the two curves, and where the time goes."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from chatbot.evaluation import calibration
from chatbot.evaluation.bootstrap import Booleans, Floats, percentile
from chatbot.evaluation.figures import Figure, figures, slices
from chatbot.evaluation.metrics import tabulate
from chatbot.evaluation.rows import Row


class Point(BaseModel, frozen=True):
    """One point of the risk-coverage curve: answering all questions down to this confidence."""

    coverage: float
    risk: float
    confidence: float


class Bin(BaseModel, frozen=True):
    """Questions of about the same confidence, and the share of them that is right."""

    questions: int
    confidence: float
    right: float


class Details(BaseModel, frozen=True):
    """Everything but the metrics.

    Attributes:
        confusion: questions by whether they can be answered, then by what was done.
        operating: coverage and risk at the threshold the run was made with; None where nothing was answered.
        steps: share of the whole time spent in each step, in [0, 1].
        slices: the number of questions of each slice.
    """

    confusion: dict[str, dict[str, int]]
    risk_coverage: tuple[Point, ...]
    operating: Point | None
    reliability: tuple[Bin, ...]
    latency_p99_ms: Figure
    steps: dict[str, float]
    slices: dict[str, int]


OUTCOMES = ("right_clear", "right_possible", "wrong_clear", "wrong_possible", "not_found", "small_talk", "rejected")


def detail(rows: Sequence[Row]) -> Details:
    """The details of `rows`, which must not be empty."""
    table = tabulate(rows)
    curve = calibration.risk_coverage(table.confidence, table.best_right)
    return Details(
        confusion=_confusion(rows),
        risk_coverage=tuple(Point(coverage=share, risk=risk, confidence=level) for share, risk, level in curve),
        operating=_operating(rows),
        reliability=_reliability(table.confidence, table.best_right),
        latency_p99_ms=figures({"p99": percentile(table.latency, 0.99)}, len(rows))["p99"],
        steps=_steps(rows),
        slices={name: len(members) for name, members in slices(rows).items()},
    )


def _confusion(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    counted = Counter((row.question.answerable, _outcome(row)) for row in rows)
    return {
        name: {outcome: counted[answerable, outcome] for outcome in OUTCOMES}
        for name, answerable in (("answerable", True), ("unanswerable", False))
        if any(row.question.answerable is answerable for row in rows)
    }


def _outcome(row: Row) -> str:
    if row.observation.answered:
        return f"{'right' if row.verdicts.right else 'wrong'}_{'clear' if row.observation.clear else 'possible'}"
    return row.answer.status


def _operating(rows: Sequence[Row]) -> Point | None:
    answered = [row for row in rows if row.observation.answered]
    if not answered:
        return None
    return Point(
        coverage=len(answered) / len(rows),
        risk=sum(not row.verdicts.right for row in answered) / len(answered),
        confidence=min(row.confidence for row in answered),
    )


def _reliability(confidence: Floats, right: Booleans) -> tuple[Bin, ...]:
    bins = calibration.bin_of(confidence)
    members = (bins == number for number in range(calibration.BINS))
    return tuple(
        Bin(
            questions=int(member.sum()),
            confidence=float(confidence[member].mean()) if member.any() else 0.0,
            right=float(right[member].mean()) if member.any() else 0.0,
        )
        for member in members
    )


def _steps(rows: Sequence[Row]) -> dict[str, float]:
    total = sum(row.observation.latency_ms for row in rows)
    spent: Counter[str] = Counter()
    for row in rows:
        spent.update(row.observation.steps_ms)
    if not total:
        return {}
    shares = {step: milliseconds / total for step, milliseconds in spent.items()}
    return {**shares, "other": max(0.0, 1 - sum(shares.values()))}
