"""Two runs over the same questions: what became better, what worse, and by how much more than chance."""

from collections.abc import Sequence

from pydantic import BaseModel

from chatbot.errors import ChatbotError
from chatbot.evaluation.figures import DECIMALS, figures, slices
from chatbot.evaluation.gates import Limit
from chatbot.evaluation.metrics import METRICS, Table, statistics, tabulate
from chatbot.evaluation.rows import Row, Verdict


class Difference(BaseModel, frozen=True):
    """A metric in both runs, and b - a with its 95% interval from a paired bootstrap."""

    a: float
    b: float
    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        return self.low > 0 or self.high < 0

    def worsening(self, metric: str) -> float:
        """By how much the metric got worse; negative where it got better."""
        return self.value if METRICS[metric].better == "lower" else -self.value

    def judged(self, metric: str) -> str:
        """`better` or `worse`, where that is more than chance and the metric has a better side; else nothing."""
        if METRICS[metric].better is None or not self.certain:
            return ""
        return "worse" if self.worsening(metric) > 0 else "better"


class Changed(BaseModel, frozen=True):
    """A question whose verdict is not what it was."""

    id: str
    question: str
    before: Verdict
    after: Verdict


class Comparison(BaseModel, frozen=True):
    """What `--compare --json` prints."""

    questions: int
    differences: dict[str, Difference]
    slices: dict[str, dict[str, Difference]]
    changed: tuple[Changed, ...]


def compare(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """Compare two runs question by question.

    Both are resampled alike, so that a question that is hard for both does not blur the difference (Efron and
    Tibshirani 1993, chapter 8).

    Raises:
        ChatbotError: the runs did not ask the same questions.
    """
    paired = _paired(before, after)
    a, b = tabulate(before), tabulate(paired)
    return Comparison(
        questions=len(before),
        differences=_differences(a, b),
        slices={name: _differences(a.take(rows), b.take(rows)) for name, rows in slices(before).items()},
        changed=tuple(
            Changed(
                id=old.question.id,
                question=old.question.question,
                before=old.verdicts.verdict,
                after=new.verdicts.verdict,
            )
            for old, new in zip(before, paired, strict=True)
            if old.verdicts.verdict != new.verdicts.verdict
        ),
    )


def differences(before: Sequence[Row], after: Sequence[Row]) -> dict[str, Difference]:
    """What `compare` says of all questions together, without the slices.

    Raises:
        ChatbotError: the runs did not ask the same questions.
    """
    return _differences(tabulate(before), tabulate(_paired(before, after)))


def drops(comparison: Comparison, limits: Sequence[Limit]) -> list[str]:
    """One sentence for each metric that got worse by more than its limit."""
    found: list[str] = []
    for limit in limits:
        scope = comparison.differences if limit.slice is None else comparison.slices.get(limit.slice)
        where = f" in {limit.slice}" if limit.slice else ""
        if scope is None:
            found.append(f"The runs have no slice {limit.slice}.")
            continue
        for metric in limit.metrics():
            difference = scope.get(metric)
            if difference is None:
                if limit.metric:
                    found.append(f"{metric} does not apply to both runs{where}.")
            elif (worse := difference.worsening(metric)) > limit.most:
                found.append(
                    f"{metric} got worse{where} by {worse:g}, from {difference.a:g} to "
                    f"{difference.b:g}; at most {limit.most:g} is allowed."
                )
    return found


def _differences(a: Table, b: Table) -> dict[str, Difference]:
    of_a, of_b = statistics(a), statistics(b)
    changes = figures({name: of_b[name] - of_a[name] for name in of_a if name in of_b}, len(a))
    return {
        name: Difference(
            a=round(of_a[name].value, DECIMALS), b=round(of_b[name].value, DECIMALS), **change.model_dump()
        )
        for name, change in changes.items()
    }


def _paired(before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The rows of `after` in the order of `before`."""
    a = {row.question.id: row for row in before}
    b = {row.question.id: row for row in after}
    if a.keys() != b.keys():
        raise ChatbotError(
            f"The runs asked different questions: {len(a.keys() & b.keys())} in common, {len(a.keys() - b.keys())} "
            f"only in the first and {len(b.keys() - a.keys())} only in the second. Compare runs over the same questions."
        )
    changed = [name for name in a if a[name].question != b[name].question]
    if changed:
        raise ChatbotError(
            f"The runs asked different questions: {len(changed)} of {len(a)} are worded or labelled otherwise, the "
            f"first of them {changed[0]}. Compare runs over the same questions."
        )
    return [b[name] for name in a]
