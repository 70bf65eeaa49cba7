"""The metrics: their names, what they mean, and how each is made from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from chatbot.answer import Wording
from chatbot.evaluation import calibration
from chatbot.evaluation.bootstrap import Booleans, Floats, Statistic, mean, percentile
from chatbot.evaluation.rows import Row


@dataclass(frozen=True)
class Metric:
    """How a metric is named and read.

    Attributes:
        better: which way is better, None where neither is.
        unit: a share of questions or another score, both in [0, 1]; milliseconds; or a count.
    """

    name: str
    title: str
    meaning: str
    better: Literal["higher", "lower"] | None = "higher"
    unit: Literal["share", "score", "ms", "sentences", "tokens"] = "share"


_LIST = (
    Metric("hit@1", "Right passage first", "the first passage retrieved holds the evidence"),
    Metric("hit@5", "Right passage among 5", "one of the first five holds the evidence"),
    Metric("hit@10", "Right passage among 10", "one of the first ten holds the evidence"),
    Metric(
        "mrr@10",
        "Mean reciprocal rank",
        "1 / rank of the first passage that holds the evidence, 0 beyond ten",
        unit="score",
    ),
    Metric(
        "ndcg@10",
        "Ranking quality (nDCG)",
        "normalised discounted cumulative gain of the first ten passages",
        unit="score",
    ),
    Metric("accuracy", "Accuracy", "of the answerable questions: answered, and an expected string is in the text"),
    Metric("exact_match", "Exact match", "the text is an expected answer, normalised; a refusal where none exists"),
    Metric(
        "f1", "Token F1", "words shared by the text and the best expected answer, in SQuAD's definition", unit="score"
    ),
    Metric("citation_exact", "Quotes are verbatim", "of the answers given: every quote is the document's text"),
    Metric(
        "citation_evidence",
        "Quote holds the evidence",
        "of the answers with known evidence: the first quote holds it, or lies in it",
    ),
    Metric(
        "false_answer_rate", "False answers", "of the questions that cannot be answered: the share answered", "lower"
    ),
    Metric("false_refusal_rate", "False refusals", "of the answerable questions: the share not answered", "lower"),
    Metric(
        "auroc", "Tells answerable apart", "chance that an answerable question has the higher confidence", unit="score"
    ),
    Metric(
        "auroc_near",
        "Tells near misses apart",
        "chance that an answerable question has a higher confidence than one of the kind near-topic",
        unit="score",
    ),
    Metric(
        "aurc",
        "Area under risk-coverage",
        "mean share wrong as ever less sure answers are let through",
        "lower",
        "score",
    ),
    Metric("brier", "Brier score", "mean squared difference of confidence and being right", "lower", "score"),
    Metric("ece", "Calibration error", "mean gap of confidence and share right, in ten bins", "lower", "score"),
    Metric(
        "clear_share",
        "Shown as clear",
        "of the answerable questions, or of all where a slice has none: shown as a clear answer",
        None,
    ),
    Metric("accuracy_at_80", "Accuracy at 80%", "of the surest 80% of the answerable questions: share right"),
    Metric("accuracy_at_90", "Accuracy at 90%", "of the surest 90% of the answerable questions: share right"),
    Metric("answer_sentences", "Answer length", "mean number of sentences of an answer", None, "sentences"),
    Metric("written_share", "Written answers", "of the answers given where a model was asked: it wrote the text", None),
    Metric("dropped_share", "Sentences dropped", "of the sentences that a model wrote: nothing supports them", None),
    Metric(
        "groundedness", "Groundedness", "of an answer's words: the share that stands in what it cites", unit="score"
    ),
    Metric("tokens", "Tokens", "mean number of tokens a written answer costs, prompt included", "lower", "tokens"),
    Metric("latency_p50_ms", "Latency, median", "half of the answers take at most this long", "lower", "ms"),
    Metric("latency_p95_ms", "Latency, 95th percentile", "95% of the answers take at most this long", "lower", "ms"),
)
METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _LIST}
# What a report begins with.
HEADLINE = (
    "accuracy",
    "false_answer_rate",
    "false_refusal_rate",
    "citation_exact",
    "citation_evidence",
    "hit@1",
    "auroc",
    "latency_p50_ms",
)
# What an ablation is read by.
ABLATION = (
    "hit@1",
    "accuracy",
    "answer_sentences",
    "auroc",
    "auroc_near",
    "false_answer_rate",
    "false_refusal_rate",
)


@dataclass(frozen=True)
class Table:
    """Rows as columns, each of shape [questions].

    Attributes:
        means: the metrics that are means of a value per question; NaN where a question does not count.
        near: of the kind near-topic.
        clear: answered, and shown as clear.
        best_right: the answer, given or withheld, is right.
        latency: milliseconds.
    """

    means: Mapping[str, Floats]
    confidence: Floats
    answerable: Booleans
    near: Booleans
    clear: Booleans
    best_right: Booleans
    latency: Floats

    def __len__(self) -> int:
        return len(self.confidence)

    def take(self, rows: NDArray[np.intp]) -> "Table":
        """The table of some rows alone."""
        columns = {name: column[rows] for name, column in vars(self).items() if name != "means"}
        return Table(means={name: values[rows] for name, values in self.means.items()}, **columns)


def tabulate(rows: Sequence[Row]) -> Table:
    """The table of all rows."""
    values = [_values(row) for row in rows]
    # None becomes NaN.
    means = {name: np.array([found[name] for found in values], np.float64) for name in values[0]}
    return Table(
        means={**_retrieval(rows), **means},
        confidence=np.array([row.confidence for row in rows]),
        answerable=np.array([row.question.answerable for row in rows]),
        near=np.array([row.question.kind == "near-topic" for row in rows]),
        clear=np.array([row.observation.clear for row in rows]),
        best_right=np.array([row.verdicts.best_right for row in rows]),
        latency=np.array([row.observation.latency_ms for row in rows]),
    )


def statistics(table: Table) -> dict[str, Statistic]:
    """Every metric that applies to the table, by name, in the order of METRICS."""
    confidence, answerable, right = table.confidence, table.answerable, table.best_right
    found: dict[str, Statistic | None] = {name: mean(values) for name, values in table.means.items()}
    # Without a single answerable question, being clear is judged over all of them.
    found["clear_share"] = mean(np.where(answerable | ~answerable.any(), table.clear, np.nan))
    found["auroc"] = calibration.auroc(confidence, answerable)
    if table.near.any() and answerable.any():
        hard = answerable | table.near
        near = calibration.auroc(confidence[hard], answerable[hard])
        found["auroc_near"] = near.among(hard) if near else None
    found["brier"] = calibration.brier(confidence, right)
    found["ece"] = calibration.ece(confidence, right)
    if answerable.any():
        found["aurc"] = calibration.aurc(confidence, right)
        for percent in (80, 90):
            surest = calibration.accuracy_at(percent / 100, confidence[answerable], right[answerable])
            found[f"accuracy_at_{percent}"] = surest.among(answerable)
    for percent in (50, 95):
        found[f"latency_p{percent}_ms"] = percentile(table.latency, percent / 100)
    return {name: statistic for name in METRICS if (statistic := found.get(name))}


def _values(row: Row) -> dict[str, float | None]:
    observation, verdicts = row.observation, row.verdicts
    answerable, answered = row.question.answerable, observation.answered
    written = observation.written
    said = written.kept + written.dropped if written else 0
    return {
        "accuracy": float(verdicts.right) if answerable else None,
        "exact_match": verdicts.exact_match,
        "f1": verdicts.f1,
        "citation_exact": verdicts.citation_exact,
        "citation_evidence": verdicts.citation_evidence,
        "false_answer_rate": None if answerable else float(answered),
        "false_refusal_rate": float(not answered) if answerable else None,
        "answer_sentences": verdicts.sentences,
        "written_share": float(row.answer.wording == Wording.WRITTEN) if written else None,
        "dropped_share": written.dropped / said if written and said else None,
        "groundedness": verdicts.grounded,
        "tokens": written.tokens if written else None,
    }


def _retrieval(rows: Sequence[Row]) -> dict[str, Floats]:
    """The ranking metrics of every question, by ir-measures; NaN where no passage is known to be relevant."""
    import ir_measures
    from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

    names = {Success @ depth: f"hit@{depth}" for depth in (1, 5, 10)} | {RR @ 10: "mrr@10", nDCG @ 10: "ndcg@10"}
    judged: list[Qrel] = []
    ranking: list[ScoredDoc] = []
    for number, row in enumerate(rows):
        judged += [Qrel(str(number), passage.id, 1) for passage in row.observation.relevant]
        # The rank stands in for the score: trec_eval would order equal scores by name.
        ranked = enumerate(row.observation.retrieved)
        ranking += [ScoredDoc(str(number), passage.id, -float(rank)) for rank, passage in ranked]
    values = {name: np.full(len(rows), np.nan) for name in names.values()}
    for result in ir_measures.iter_calc(list(names), judged, ranking) if judged else ():
        values[names[result.measure]][int(result.query_id)] = result.value
    return values
