"""From what happened to what it is worth: the verdicts of one question, a pure function."""

from chatbot.evaluation.items import holds
from chatbot.evaluation.rows import Observation, Row, Verdict, Verdicts
from chatbot.evaluation.wording import contains, exact_match, f1
from chatbot.language import LANGUAGES, detect_language
from chatbot.lexical import stems
from chatbot.sentences import sentences


def judge(observation: Observation) -> Row:
    """The row of one question."""
    question, answer = observation.question, observation.answer
    answered = observation.answered
    prediction = answer.text if answered else ""
    right = answered and question.answerable and _is_right(observation, answer.text)
    return Row(
        observation=observation,
        verdicts=Verdicts(
            verdict=_verdict(answerable=question.answerable, answered=answered, right=right),
            right=right,
            best_right=question.answerable and _is_right(observation, observation.best or ""),
            exact_match=exact_match(prediction, question.answers),
            f1=f1(prediction, question.answers),
            citation_exact=bool(answer.citations) and all(observation.exact) if answered else None,
            citation_evidence=_cites_evidence(observation) if answered and observation.evidence else None,
            sentences=len(sentences(answer.text, observation.text_language)) if answered else None,
            grounded=_grounded(observation) if answered else None,
            rank=_rank(observation),
        ),
    )


def _is_right(observation: Observation, text: str) -> bool:
    return any(contains(text, answer) for answer in observation.question.answers)


def _verdict(*, answerable: bool, answered: bool, right: bool) -> Verdict:
    if not answerable:
        return Verdict.FALSE_ANSWER if answered else Verdict.RIGHTLY_REFUSED
    if not answered:
        return Verdict.REFUSED
    return Verdict.RIGHT if right else Verdict.WRONG


def _cites_evidence(observation: Observation) -> bool:
    if not observation.answer.citations:
        return False
    quote = observation.answer.citations[0]
    return any(holds(quote, place) or holds(place, quote) for place in observation.evidence)


def _grounded(observation: Observation) -> float | None:
    """Share of the stems of the answer's words and numbers that its citations have."""
    languages = (observation.text_language,)
    stated = set(stems(observation.answer.text, languages)) if languages[0] in LANGUAGES else set()
    cited = " ".join(citation.quote for citation in observation.answer.citations)
    if not stated or detect_language(cited, "en") != languages[0]:
        return None
    return len(stated & set(stems(cited, languages))) / len(stated)


def _rank(observation: Observation) -> int | None:
    wanted = {passage.id for passage in observation.relevant}
    return next((rank for rank, found in enumerate(observation.retrieved, start=1) if found.id in wanted), None)
