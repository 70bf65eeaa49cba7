"""Rows made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.answer import Answer, Certainty, Citation, Status
from chatbot.evaluation.items import Place, Question
from chatbot.evaluation.rows import Observation, Retrieved, Row
from chatbot.evaluation.verdicts import judge

TEXT = "The tower is 74 metres high. It was built in 1903 by Ida Holm."


def place(start: int, end: int) -> Place:
    return Place(document="tower", start=start, end=end)


def row(
    identity: str = "q1",
    *,
    answerable: bool = True,
    said: str | None = "It was built in 1903 by Ida Holm.",
    would_say: str | None = None,
    confidence: float | None = 0.9,
    clear: bool = True,
    answers: Sequence[str] = ("1903",),
    found: Sequence[int] = (0, 1, 2),
    relevant: Sequence[int] = (0,),
    exact: bool = True,
    latency: float = 10.0,
    status: Status = Status.NOT_FOUND,
    steps: Mapping[str, float] | None = None,
    **question: Any,
) -> Row:
    """A row; passages are numbers, `said` is a quote of TEXT or None for a refusal."""
    citations: tuple[Citation, ...] = ()
    if said is not None:
        start = max(TEXT.find(said), 0)
        citations = (Citation(document="tower", title="Tower", quote=said, start=start, end=start + len(said)),)
    fields = {"language": "en", "kind": "direct", "question": f"Question {identity}?", **question}
    evidence = (place(TEXT.find("1903"), TEXT.find("1903") + 4),) if answerable and relevant else ()
    return judge(
        Observation(
            question=Question(
                id=identity, answerable=answerable, answers=tuple(answers) if answerable else (), **fields
            ),
            evidence=evidence,
            relevant=tuple(place(1000 * number, 1000 * number + 900) for number in relevant) if answerable else (),
            retrieved=tuple(
                Retrieved(document="tower", start=1000 * number, end=1000 * number + 900, score=0.5, text="…")
                for number in found
            ),
            answer=Answer(
                question=str(fields["question"]),
                language="en",
                status=Status.ANSWERED if said is not None else status,
                certainty=(Certainty.CLEAR if clear else Certainty.POSSIBLE) if said is not None else None,
                text=said if said is not None else "I found no answer to that.",
                confidence=confidence,
                citations=citations,
            ),
            exact=(exact,) if citations else (),
            best=said if said is not None else would_say,
            text_language="en",
            latency_ms=latency,
            steps_ms=dict(steps or {}),
        )
    )
