import pytest

from chatbot.answer import Answer, Status
from chatbot.chatbot import Chatbot
from chatbot.conversation import understand


def asked(chatbot: Chatbot, *questions: str) -> Answer:
    history: list[Answer] = []
    for question in questions:
        history.append(chatbot.ask(question, history))
    return history[-1]


@pytest.mark.parametrize(
    ("conversation", "fact"),
    [
        (("Who is the minister?", "Which party is she from?"), "Venstre"),
        (("How many IT systems does the state have?", "And the municipalities?"), "extensive IT portfolios"),
        (("When was Denmark ranked first by the UN?", "And in the EU?"), "Digital Economy and Society Index in 2018"),
        (("What is the Joint Public Digital Strategy?", "Which years does it cover?"), "2022-2025"),
        (("Hvem er Katrine Bagge Thorball?", "Og Magnus Elkjær?"), "DN Lead"),
    ],
)
def test_a_follow_up_is_answered_and_says_how_it_was_understood(
    chatbot: Chatbot, conversation: tuple[str, ...], fact: str
) -> None:
    answer = asked(chatbot, *conversation)
    assert fact in answer.text
    assert answer.understood_as not in (None, answer.question)


@pytest.mark.parametrize(
    "question",
    ["How many IT systems does the state have?", "Hvem er minister?", "What is the capital of France?", "MitID"],
)
def test_a_stand_alone_question_is_never_dragged_away_by_history(chatbot: Chatbot, question: str) -> None:
    alone = chatbot.ask(question)
    after = asked(chatbot, "Which ministry did the agency come from?", question)
    assert after == alone


def test_she_is_a_person_who_was_named_and_never_an_office(chatbot: Chatbot) -> None:
    office = asked(chatbot, "Hvem er digitaliseringsminister?", "Hvilket parti kommer hun fra?")
    assert "Venstre" in office.text
    assert office.understood_as == "Hvilket parti kommer hun fra? (Hvem er digitaliseringsminister)"
    named = asked(chatbot, "Who is Katrine Bagge Thorball?", "Which ministry does she work in?")
    assert named.understood_as is not None
    assert "Katrine Bagge Thorball" in named.understood_as
    assert "Ministry of Digital Government" in named.text


def test_capital_it_is_no_pronoun() -> None:
    before = Answer(question="Who is the minister?", language="en", status=Status.ANSWERED, text="x")
    assert understand("How many IT systems does the state have?", "en", [before]).resolved == ()
    assert understand("How many of it does the state have?", "en", [before]).resolved != ()


def test_without_history_a_question_is_taken_as_it_is() -> None:
    assert understand("and who leads it?", "en", []).resolved == ()
