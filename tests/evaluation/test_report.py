"""The report is one page that needs nothing else, and shows strangers' words as words."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from chatbot.evaluation.details import detail
from chatbot.evaluation.figures import score
from chatbot.evaluation.report import pieces, render
from chatbot.evaluation.rows import Retrieved, Row, Written
from chatbot.evaluation.runs import Config, Measured, Selection
from chatbot.evaluation.verdicts import judge
from tests.evaluation.build import TEXT, row

EVIL = "<script>alert('x')</script> & </svg>"


def _report(rows: Sequence[Row], questions: int | None = None) -> str:
    config = Config(
        name=EVIL,
        started=datetime(2026, 11, 23, tzinfo=UTC),
        questions=questions or len(rows),
        selection=Selection(),
        sources=(),
        settings={"corpus": EVIL, "index": "/home/someone/index"},
        manifest={},
        program={},
    )
    measured = Measured(**score(rows).model_dump(), details=detail(rows))
    return render(config, measured, rows)


def _rows() -> list[Row]:
    return [
        row(steps={EVIL: 5.0}),
        row("missed", said=None, would_say=EVIL, language=EVIL, history=(EVIL,), confidence=0.1),
        row("false", answerable=False, said="Nothing of the sort", note=EVIL, kind=EVIL, question=EVIL),
        row("fine", answerable=False, said=None, confidence=0.05),
    ]


def test_it_is_complete_in_itself() -> None:
    page = _report(_rows())
    assert "http" not in page.replace("http-equiv", "")
    assert not re.search(r"<(script|link|img|iframe|object|embed)|url\(|@import|\bsrc=|\bhref=", page)
    assert "default-src 'none'" in page
    assert "/home/someone" not in page


def test_what_strangers_wrote_is_escaped_everywhere() -> None:
    page = _report(_rows())
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 8
    assert page.count("</svg>") == page.count("<svg")


def test_failures_come_first_and_the_worst_of_them_at_the_top() -> None:
    page = _report(_rows())
    order = [page.index(f"· {identity} ·") for identity in ("false", "missed")]
    assert order == sorted(order)
    assert order[-1] < page.index("What went right") < page.index("Question fine?")


def test_it_says_the_run_in_plain_words() -> None:
    page = _report(_rows(), questions=9)
    assert "2 questions can be answered from the documents. 1 of them (50%) got the right answer" in page
    assert "This run was interrupted: 4 of 9 questions were asked." in page


@pytest.mark.parametrize(
    "rows",
    [
        [row()],
        [row(answerable=False, said=None, confidence=None)],
        [row(answerable=False)],
        [row(said=None, found=(), latency=0.0)],
    ],
)
def test_any_run_has_a_report(rows: list[Row]) -> None:
    assert "How well the chatbot answers" in _report(rows)


def test_a_passage_is_cut_where_evidence_and_quotes_begin_and_end() -> None:
    passage = Retrieved(document="tower", start=0, end=len(TEXT), score=1, text=TEXT)
    found = pieces(passage, row())
    assert "".join(piece.text for piece in found) == TEXT
    assert [piece.text for piece in found if piece.evidence] == ["1903"]
    assert "".join(piece.text for piece in found if piece.quoted) == "It was built in 1903 by Ida Holm."
    elsewhere = Retrieved(document="other", start=0, end=len(TEXT), score=1, text=TEXT)
    assert len(pieces(elsewhere, row())) == 1


def test_tokens_are_a_count_and_no_share() -> None:
    written = Written(outcome="written", kept=1, dropped=0, tokens=350)
    rows = [judge(row().observation.model_copy(update={"written": written}))]
    assert "<td>350</td>" in _report(rows)
