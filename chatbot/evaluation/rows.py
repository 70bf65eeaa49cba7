"""One row a question: what was asked, retrieved and said, and what that is worth. Enough to score again."""

from enum import StrEnum

from pydantic import BaseModel

from chatbot.answer import Answer, Certainty, Status
from chatbot.evaluation.items import Place, Question

# Passages kept of each ranking; every retrieval metric looks at the first ten.
DEPTH = 10


class Verdict(StrEnum):
    """What became of a question, from the asker's point of view."""

    RIGHT = "right"
    WRONG = "wrong"
    REFUSED = "refused"
    FALSE_ANSWER = "false_answer"
    RIGHTLY_REFUSED = "rightly_refused"


class Retrieved(Place):
    """A retrieved passage, with its place and the score it was ranked by."""

    score: float
    text: str


class Written(BaseModel, frozen=True):
    """What a language model wrote.

    Attributes:
        outcome: how it ended, as `chatbot.writing` calls it.
        kept, dropped: sentences that passed and that did not.
        tokens: of prompt and output together, None where the model does not tell.
    """

    outcome: str
    kept: int
    dropped: int
    tokens: int | None


class Observation(BaseModel, frozen=True):
    """What happened when a question was asked; nothing in it is a judgement.

    Attributes:
        evidence: every place at which the question's evidence stands.
        relevant: the passages of the whole index that hold it.
        retrieved: the first ten passages found, best first.
        exact: for each of the answer's citations, whether its quote is the document's text at its offsets.
        best: the answer's text or, where none was given, the text it would have been.
        text_language: ISO 639-1 code of the answer's text.
        latency_ms: milliseconds for the whole answer.
        steps_ms: milliseconds by step, as the chatbot tells them.
        written: None where no language model was asked.
    """

    question: Question
    evidence: tuple[Place, ...]
    relevant: tuple[Place, ...]
    retrieved: tuple[Retrieved, ...]
    answer: Answer
    exact: tuple[bool, ...]
    best: str | None
    text_language: str
    latency_ms: float
    steps_ms: dict[str, float]
    written: Written | None = None

    @property
    def answered(self) -> bool:
        return self.answer.status == Status.ANSWERED

    @property
    def clear(self) -> bool:
        """Whether the answer was shown as clear."""
        return self.answered and self.answer.certainty == Certainty.CLEAR


class Verdicts(BaseModel, frozen=True):
    """What an observation is worth. None stands where a measure does not apply.

    Attributes:
        right: answered, with a gold string in the text.
        best_right: a gold string is in the answer or, where none was given, in the text it would have been.
        exact_match, f1: in SQuAD's definition; a refusal is the empty string.
        citation_exact: every quote of the answer is verbatim, and there is one.
        citation_evidence: the first quote holds the evidence, or lies in it.
        sentences: number of sentences of the answer's text.
        grounded: share of the text's words that stand in what it cites; None where that is in another language.
        rank: of the first relevant passage among the first ten, from 1.
    """

    verdict: Verdict
    right: bool
    best_right: bool
    exact_match: float
    f1: float
    citation_exact: bool | None
    citation_evidence: bool | None
    sentences: int | None
    grounded: float | None = None
    rank: int | None


class Row(BaseModel, frozen=True):
    """One line of `rows.jsonl`."""

    observation: Observation
    verdicts: Verdicts

    @property
    def question(self) -> Question:
        return self.observation.question

    @property
    def answer(self) -> Answer:
        return self.observation.answer

    @property
    def confidence(self) -> float:
        """The answer's confidence, 0 where nothing was looked up."""
        return self.answer.confidence or 0.0
