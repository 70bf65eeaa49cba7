import itertools
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence

import pytest
from langchain_core.messages import BaseMessage

from chatbot.answer import Answer, Certainty, Status, Wording, WrittenSentence
from chatbot.chatbot import Chatbot
from chatbot.listener import Listener
from chatbot.writing.prompt import NOT_IN_PASSAGES
from chatbot.writing.writer import Outcome
from tests.writing.conftest import Writing
from tests.writing.models import ScriptedModel, marker_of, saying

QUESTION = "How many IT systems does the state have?"
WORDS = "more than 4.000 different IT systems"


def scripted(*sentences: str) -> ScriptedModel:
    """Writes sentences letter by letter, `{n}` in them the marker of the passage that answers."""

    def script(prompt: list[BaseMessage]) -> Iterable[str]:
        return itertools.chain(*(sentence.format(n=marker_of(prompt, WORDS)) + " " for sentence in sentences))

    return ScriptedModel(script=script)


def outcome(chatbot: Chatbot, question: str = QUESTION) -> tuple[Answer, Outcome]:
    trace = chatbot.trace(question)
    assert trace.writing is not None
    return trace.answer, trace.writing.outcome


def test_what_is_supported_is_shown_sentence_by_sentence_and_linked_to_its_source(writing: Writing) -> None:
    heard: list[WrittenSentence] = []
    model = scripted(
        "The state has more than four thousand different IT systems. {n}",
        "The state has 12,000 IT systems {n}.",
        "Municipalities and regions have similarly extensive IT portfolios {n}.",
    )
    answer = writing(model).ask(QUESTION, listener=Listener(heard.append))
    assert (answer.status, answer.wording) == (Status.ANSWERED, Wording.WRITTEN)
    assert "12,000" not in answer.text
    assert [sentence.source for sentence in answer.sentences] == [1, 1]
    assert heard == list(answer.sentences)
    (citation,) = answer.citations
    assert WORDS in citation.quote


def test_a_sentence_is_heard_before_the_next_one_is_written(writing: Writing) -> None:
    heard: list[str] = []
    written_after: list[int] = []

    def script(prompt: list[BaseMessage]) -> Iterator[str]:
        marker = marker_of(prompt, WORDS)
        yield f"The state has more than 4.000 different IT systems {marker}."
        yield " Munici"
        deadline = time.monotonic() + 20
        while not heard and time.monotonic() < deadline:
            time.sleep(0.01)
        written_after.append(len(heard))
        yield f"palities have similarly extensive IT portfolios {marker}."

    chatbot = writing(ScriptedModel(script=script), llm_timeout=60.0)
    chatbot.ask(QUESTION, listener=Listener(lambda sentence: heard.append(sentence.text)))
    assert written_after == [1]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((), Outcome.FAILED),
        (("   ",), Outcome.UNSUPPORTED),
        (("The state has 9,999 IT systems [1].",), Outcome.UNSUPPORTED),
        (("Hello! I am happy to help. Ask me anything.",), Outcome.UNSUPPORTED),
        ((NOT_IN_PASSAGES,), Outcome.DECLINED),
        (tuple("No end. " for _ in range(10_000)), Outcome.RAMBLING),
        (tuple("word" for _ in range(100_000)), Outcome.RAMBLING),
        (("<think>The state has more than 4.000 IT systems [1].",), Outcome.UNSUPPORTED),
        (("\x00\ufffd{]}[1]][",), Outcome.UNSUPPORTED),
    ],
)
def test_where_nothing_is_left_the_quote_stands_in_and_says_so(
    writing: Writing, chatbot: Chatbot, said: Sequence[str], why: Outcome
) -> None:
    answer, ended = outcome(writing(saying(*said)))
    quoted = chatbot.ask(QUESTION)
    assert ended == why
    assert answer.wording == Wording.STOOD_IN
    assert (answer.text, answer.citations) == (quoted.text, quoted.citations)


def test_the_models_doubt_makes_a_clear_answer_a_possible_one(writing: Writing) -> None:
    assert writing(saying("Hm."), wrong_cost=0.0).ask(QUESTION).certainty == Certainty.CLEAR
    assert writing(saying(NOT_IN_PASSAGES), wrong_cost=0.0).ask(QUESTION).certainty == Certainty.POSSIBLE


def test_a_supported_sentence_about_something_else_is_no_answer(writing: Writing) -> None:
    other = "Denmark has been ranked number 1 in the UN E-Government Survey in 2018, 2020 and 2022"

    def script(prompt: list[BaseMessage]) -> Iterable[str]:
        text = str(prompt[-1].content)
        return [f"{other} {marker_of(prompt, 'ranked number 1')}."] if "ranked number 1" in text else [NOT_IN_PASSAGES]

    answer, _ = outcome(writing(ScriptedModel(script=script), llm_prompt_tokens=4000), QUESTION)
    assert answer.wording == Wording.STOOD_IN


@pytest.mark.parametrize("words", [0, 1])
def test_a_slow_model_is_given_up_in_time_also_in_mid_sentence(writing: Writing, words: int) -> None:
    done = threading.Event()

    def script(prompt: list[BaseMessage]) -> Iterator[str]:
        yield from itertools.repeat(f"The state has more than 4.000 IT systems {marker_of(prompt, WORDS)}. ", words)
        done.wait(30)

    started = time.monotonic()
    answer, ended = outcome(writing(ScriptedModel(script=script), llm_timeout=1.0))
    took = time.monotonic() - started
    done.set()
    assert (answer.wording, ended) == (Wording.STOOD_IN, Outcome.SLOW)
    assert took < 5


def test_a_model_that_breaks_off_is_replaced_and_the_log_tells_neither_key_nor_question(
    writing: Writing, caplog: pytest.LogCaptureFixture
) -> None:
    def script(prompt: list[BaseMessage]) -> Iterator[str]:
        yield f"The state has more than 4.000 IT systems {marker_of(prompt, WORDS)}. And "
        raise ConnectionError(f"key sk-1234567890 refused for {QUESTION}")

    with caplog.at_level(logging.DEBUG):
        answer, ended = outcome(writing(ScriptedModel(script=script)))
    assert (answer.wording, ended) == (Wording.STOOD_IN, Outcome.FAILED)
    assert "An answer was not written" in caplog.text
    assert "sk-1234567890" not in caplog.text
    assert QUESTION not in caplog.text


def test_who_leaves_stops_the_model(writing: Writing) -> None:
    closed = threading.Event()

    def script(_: list[BaseMessage]) -> Iterator[str]:
        try:
            while True:
                time.sleep(0.01)
                yield "word "
        finally:
            closed.set()

    listener = Listener()
    threading.Timer(0.5, listener.leave).start()
    writing(ScriptedModel(script=script), llm_timeout=60.0).ask(QUESTION, listener=listener)
    assert closed.wait(10)


@pytest.mark.parametrize("question", ["How do I bake rye bread?", "Hello", "010203-1234", "", "x" * 1001])
def test_the_model_is_not_asked_where_the_corpus_holds_no_answer(writing: Writing, question: str) -> None:
    model = saying("Anything [1].")
    answer = writing(model).ask(question)
    assert answer.status != Status.ANSWERED
    assert answer.wording == Wording.QUOTED
    assert model.prompts == []


def test_the_prompt_keeps_to_its_size_and_has_the_best_passage_last(writing: Writing) -> None:
    for tokens in (300, 600, 4000):
        model = saying(NOT_IN_PASSAGES)
        writing(model, llm_prompt_tokens=tokens).ask(QUESTION)
        (prompt,) = model.prompts
        assert sum(len(str(message.content)) for message in prompt) <= 3 * tokens + 200
        passages = str(prompt[-1].content).split("border-")
        assert WORDS in passages[-2]


def test_a_follow_up_is_put_by_the_model_and_by_the_resolver_where_it_strays(
    writing: Writing, chatbot: Chatbot
) -> None:
    def condensing(said: str) -> ScriptedModel:
        def script(prompt: list[BaseMessage]) -> list[str]:
            return [said] if "Last question" in str(prompt[-1].content) else [NOT_IN_PASSAGES]

        return ScriptedModel(script=script)

    first = writing(saying(NOT_IN_PASSAGES)).ask("Who is the Minister for Digital Government?")
    good = writing(condensing("Which party is Marie Bjerre from?")).ask("Which party is she from?", [first])
    assert good.understood_as == "Which party is Marie Bjerre from?"
    for strange in ("Which party is Elvis Presley from?", "Ignore that.", "Who is the minister?", ""):
        answer = writing(condensing(strange)).ask("Which party is she from?", [first])
        assert answer.understood_as == chatbot.ask("Which party is she from?", [first]).understood_as
