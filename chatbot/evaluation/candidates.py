"""Feedback as candidate questions for the evaluation, to be labelled by a person."""

from collections.abc import Callable, Iterable, Iterator

from chatbot.answer import Answer, Status
from chatbot.evaluation.questions import QuestionLine
from chatbot.feedback import StoredFeedback
from chatbot.language import Language

Ask = Callable[[str, Language], Answer]


def candidates(rows: Iterable[StoredFeedback], ask: Ask) -> Iterator[QuestionLine]:
    """One line for each question that was looked up and voted on, in the form of `corpus/questions`.

    An answer that everybody found helpful and that the chatbot still gives is proposed as the label; any other
    question is proposed as one that the documents do not answer. The note says what the votes were.

    Args:
        rows: what is stored, oldest first.
        ask: answers a question, without a conversation before it.
    """
    by_answer: dict[str, list[StoredFeedback]] = {}
    for row in rows:
        if row.question and row.status in (Status.ANSWERED, Status.NOT_FOUND):
            by_answer.setdefault(row.answer, []).append(row)
    for identity, votes in by_answer.items():
        first = votes[0]
        now = ask(first.question, first.language)
        approved = all(vote.vote == "yes" for vote in votes) and now.id == identity and bool(now.citations)
        yield QuestionLine(
            id=f"feedback-{identity}",
            language=first.language,
            question=first.question,
            answerable=approved,
            answers=(now.text,) if approved else (),
            kind="direct",
            evidence=now.text if approved else None,
            note=_note(votes),
        )


def _note(votes: list[StoredFeedback]) -> str:
    helpful = sum(vote.vote == "yes" for vote in votes)
    comments = "".join(f" «{vote.comment}»" for vote in votes if vote.comment)
    return f"Candidate, not labelled yet. Answer: {votes[0].status}; helpful: {helpful} of {len(votes)}.{comments}"
