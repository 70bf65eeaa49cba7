"""`report.html`: one page, complete in itself, for someone who has never seen the code."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from chatbot.answer import Citation
from chatbot.evaluation import charts
from chatbot.evaluation.ablation import ABLATIONS
from chatbot.evaluation.figures import Figure, slices
from chatbot.evaluation.items import Place, holds
from chatbot.evaluation.metrics import HEADLINE, METRICS
from chatbot.evaluation.rows import Retrieved, Row, Verdict
from chatbot.evaluation.runs import Config, Measured

_FAILURES, _OTHERS, _PASSAGES = 400, 2000, 3
_DECIMALS = {"score": 3, "sentences": 2, "tokens": 0}
_WORST_FIRST = (Verdict.FALSE_ANSWER, Verdict.WRONG, Verdict.REFUSED)
_SLICE_CHARTS: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("Right answers where there is one", "accuracy", lambda row: row.question.answerable),
    ("Answers where there is none", "false_answer_rate", lambda row: not row.question.answerable),
    ("Right passage found first", "hit@1", lambda row: bool(row.observation.relevant)),
)
_SAID = {
    Verdict.RIGHT: "Right answer",
    Verdict.WRONG: "Wrong answer",
    Verdict.REFUSED: "No answer, though the documents hold one",
    Verdict.FALSE_ANSWER: "An answer, though the documents hold none",
    Verdict.RIGHTLY_REFUSED: "Rightly no answer",
}


@dataclass(frozen=True)
class Piece:
    """A run of a passage's text that is alike throughout."""

    text: str
    evidence: bool
    quoted: bool


def render(config: Config, measured: Measured, rows: Sequence[Row]) -> str:
    """The report of a run."""
    failed = sorted((row for row in rows if row.verdicts.verdict in _WORST_FIRST), key=_severity)
    others = [row for row in rows if row.verdicts.verdict not in _WORST_FIRST]
    counts = Counter(row.verdicts.verdict for row in rows)
    details, figures = measured.details, measured.metrics
    marks = {"median": figures["latency_p50_ms"].value, "95%": figures["latency_p95_ms"].value}
    return _template().render(
        config=config,
        made_with=_without_folders(config.model_dump(mode="json")),
        measured=measured,
        metrics=METRICS,
        headline=[name for name in HEADLINE if name in figures],
        sentences=list(_sentences(measured, rows, counts)),
        said=_SAID,
        worst_first=_WORST_FIRST,
        counts=counts,
        failures=failed[:_FAILURES],
        failures_left=len(failed[_FAILURES:]),
        others=others[:_OTHERS],
        others_left=len(others[_OTHERS:]),
        passages=_PASSAGES,
        pieces=pieces,
        risk_coverage=charts.risk_coverage(details.risk_coverage, details.operating) if "aurc" in figures else None,
        reliability=charts.reliability(details.reliability),
        slices=[(title, charts.shares(shown, title)) for title, shown in _slices(measured, rows) if shown],
        latency=charts.latency([row.observation.latency_ms for row in rows], marks),
        steps=charts.steps(details.steps) if details.steps else None,
        ablations=ABLATIONS,
    )


def pieces(passage: Retrieved, row: Row) -> list[Piece]:
    """The passage's text cut where evidence or quotes begin and end."""
    evidence = [place for place in row.observation.evidence if holds(passage, place)]
    quotes = [quote for quote in row.answer.citations if holds(passage, quote)]
    spans: list[Place | Citation] = [passage, *evidence, *quotes]
    return [
        Piece(
            text=passage.text[start - passage.start : end - passage.start],
            evidence=any(place.start <= start and end <= place.end for place in evidence),
            quoted=any(quote.start <= start and end <= quote.end for quote in quotes),
        )
        for start, end in pairwise(sorted({at for span in spans for at in (span.start, span.end)}))
    ]


def _sentences(measured: Measured, rows: Sequence[Row], counts: Mapping[Verdict, int]) -> Iterator[str]:
    """The run in a few plain sentences."""
    right, wrong, refused = (counts[verdict] for verdict in (Verdict.RIGHT, Verdict.WRONG, Verdict.REFUSED))
    if answerable := right + wrong + refused:
        yield (
            f"{answerable} questions can be answered from the documents. {right} of them ({right / answerable:.0%}) "
            f"got the right answer, {wrong} a wrong one and {refused} none."
        )
    rightly, falsely = counts[Verdict.RIGHTLY_REFUSED], counts[Verdict.FALSE_ANSWER]
    if others := rightly + falsely:
        yield (
            f"{others} questions cannot be answered from {'them' if answerable else 'the documents'}. {rightly} of these "
            f"({rightly / others:.0%}) rightly got no answer; {falsely} got one all the same."
        )
    clear = [row for row in rows if row.observation.clear]
    if clear:
        right = sum(row.verdicts.right for row in clear)
        yield f"{len(clear)} answers were shown as clear, and {right} of those ({right / len(clear):.0%}) were right."
    p50, p95 = measured.metrics["latency_p50_ms"].value, measured.metrics["latency_p95_ms"].value
    yield f"Half of the answers took at most {p50:.0f} ms, 95% at most {p95:.0f} ms."


def _slices(measured: Measured, rows: Sequence[Row]) -> Iterator[tuple[str, list[tuple[str, int, Figure]]]]:
    """The titles of the slice charts, and for each slice its name, how many questions count in it, and the figure."""
    members = slices(rows)
    for title, metric, counts in _SLICE_CHARTS:
        yield (
            title,
            [
                (_short(name), sum(counts(rows[number]) for number in members[name]), figures[metric])
                for name, figures in measured.slices.items()
                if metric in figures
            ],
        )


def _short(name: str) -> str:
    sort, _, value = name.partition("=")
    return "all" if sort == "answerable" else value


def _without_folders(value: Any) -> Any:
    """`value` with file names in place of absolute paths: a report may go where nobody should read them."""
    if isinstance(value, dict):
        return {key: _without_folders(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_folders(inner) for inner in value]
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


def _severity(row: Row) -> tuple[bool, int, float]:
    """What does most harm comes first: what was shown as clear, then answers where there are none, the surest first."""
    return not row.observation.clear, _WORST_FIRST.index(row.verdicts.verdict), -row.confidence


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("chatbot.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["share"] = _share
    return environment.get_template("report.html.j2")


def _share(value: float, unit: str) -> str:
    """A value in its unit, as short as it is still telling."""
    if unit == "ms":
        return f"{value:.0f}\u00a0ms" if value >= 10 else f"{value:.1f}\u00a0ms"
    if unit == "share":
        return "100%" if value == 1 else f"{value * 100:.1f}%"
    return f"{value:.{_DECIMALS[unit]}f}"
