from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest

from chatbot.answer import Answer
from chatbot.chatbot import Chatbot

ANSWERED = [
    ("How many IT systems does the state have?", "more than 4.000 different IT systems"),
    ("Who is the DN Senior Official?", "Katrine Bagge Thorball"),
    ("What percentage of the population trusts public digital solutions?", "77%"),
    ("Which ministry did the agency come from?", "Ministry of Finance"),
    ("When was Denmark ranked first by the UN?", "2018, 2020 and 2022"),
    ("Hvor mange it-systemer har staten?", "more than 4.000 different IT systems"),
    ("Hvem er minister?", "Marie Bjerre"),
    ("Hvornår blev ministeriet oprettet?", "December 15th 2022"),
]
NOT_FOUND = ["What is the capital of France?", "Hvordan bager jeg rugbrød?", "asdf qwer", "<script>alert(1)</script>"]


def verbatim(chatbot: Chatbot, answer: Answer) -> bool:
    return all(
        chatbot.documents[citation.document].text[citation.start : citation.end] == citation.quote
        for citation in answer.citations
    )


@pytest.mark.parametrize(("question", "fact"), ANSWERED)
def test_a_question_the_document_answers_gets_the_right_sentence(chatbot: Chatbot, question: str, fact: str) -> None:
    answer = chatbot.ask(question)
    assert answer.status == "answered"
    assert fact in answer.text
    assert answer.text == answer.citations[0].quote
    assert verbatim(chatbot, answer)


@pytest.mark.parametrize("question", NOT_FOUND)
def test_a_question_it_does_not_answer_gets_topics_and_no_citation(chatbot: Chatbot, question: str) -> None:
    answer = chatbot.ask(question)
    assert answer.status == "not_found"
    assert answer.citations == ()
    assert len(answer.suggestions) == 3


def test_the_frame_is_in_the_language_of_the_question(chatbot: Chatbot) -> None:
    assert chatbot.ask("Hvordan bager jeg rugbrød?").text.startswith("Det fandt jeg ikke svar på")
    assert chatbot.ask("How do I bake bread?").text.startswith("I found no answer")
    assert chatbot.ask("blorf", language="da").text.startswith("Det fandt jeg ikke svar på")


@pytest.mark.parametrize("said", ["Thanks!", "hej", "Tak for hjælpen", "Good morning", "Hvem er du?", "bye"])
def test_small_talk_gets_a_courteous_line_and_no_search(chatbot: Chatbot, said: str) -> None:
    answer = chatbot.ask(said)
    assert answer.status == "small_talk"
    assert answer.citations == ()
    assert answer.confidence is None


@pytest.mark.parametrize(
    "asked", ["What is it about?", "Hvem er hun?", "Hvad handler strategien om?", "How does that work?"]
)
def test_a_short_question_is_no_small_talk(chatbot: Chatbot, asked: str) -> None:
    assert chatbot.ask(asked).status != "small_talk"


@pytest.mark.parametrize("asked", ["Hi, who is the minister?", "Hvem er Marie Bjerre?", "Tak, og hvem er minister?"])
def test_a_question_with_a_greeting_is_still_a_question(chatbot: Chatbot, asked: str) -> None:
    assert "Marie Bjerre" in chatbot.ask(asked).text


def test_the_chatbot_is_a_langchain_runnable(chatbot: Chatbot) -> None:
    question = "How many IT systems does the state have?"
    expected = chatbot.ask(question)
    assert chatbot.invoke(question) == expected
    assert chatbot.batch([question, question]) == [expected, expected]
    assert list(chatbot.stream(question)) == [expected]
    piped = chatbot | (lambda answer: answer.text)
    assert piped.invoke(question) == expected.text


def test_its_retriever_serves_another_langchain_application(chatbot: Chatbot) -> None:
    found = chatbot.retriever.invoke("How many IT systems does the state have?")
    start, end = found[0].metadata["start_index"], found[0].metadata["end_index"]
    assert chatbot.documents[found[0].metadata["document"]].text[start:end] == found[0].page_content
    assert "4.000" in found[0].page_content
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_the_same_question_gets_the_same_answer_from_many_threads(chatbot: Chatbot) -> None:
    questions = [question for question, _ in ANSWERED] * 4
    alone = [chatbot.ask(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(chatbot.ask, questions))
    assert [answer.text for answer in together] == [answer.text for answer in alone]


def test_a_document_left_out_is_neither_retrieved_nor_quoted(chatbot: Chatbot) -> None:
    trace = chatbot.trace("How many IT systems does the state have?", without={"denmark"})
    assert trace.answer.status == "not_found"
    assert trace.candidates == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE passages; --",
        "{{7*7}} ${7*7} %s %n",
        "../../../../etc/passwd",
        "\ud800\udfff lone",
        "a" * 1000,
        "💣" * 1000,
        "\u202eminister",
        "?" * 999,
    ],
)
def test_a_hostile_question_is_just_a_question(chatbot: Chatbot, hostile: str) -> None:
    answer = chatbot.ask(hostile)
    assert answer.status in ("answered", "not_found", "rejected")
    assert answer.model_dump_json()
    assert verbatim(chatbot, answer)


def test_a_whole_answer_costs_less_than_twice_the_encoding_of_its_question(chatbot: Chatbot) -> None:
    def cost(work: Callable[[str], object], question: str) -> float:
        begun = process_time()
        work(question)
        return process_time() - begun

    encoding = answering = 0.0
    for question, _ in ANSWERED:
        # The quickest of some, in turns: what else the machine does is nobody's cost.
        costs = [(cost(chatbot.embeddings.question, question), cost(chatbot.ask, question)) for _ in range(8)]
        encoding += min(first for first, _ in costs)
        answering += min(second for _, second in costs)
    assert answering < 2 * encoding
