import pytest

from chatbot.answer import Answer, Citation, Status, cite
from chatbot.chatbot import Chatbot
from chatbot.corpus import Document
from chatbot.web.exchange import CitedPlace, Place, Turn, response


def place(citation: Citation) -> CitedPlace:
    """The citation as it is sent."""
    answer = Answer(question="?", language="en", status=Status.ANSWERED, text=citation.quote, citations=(citation,))
    return response(answer).citations[0]


def test_a_place_is_verbatim_and_holds_the_whole_passage(chatbot: Chatbot) -> None:
    for passage in chatbot.index.passages:
        for span in passage.sentences:
            found = place(cite(passage.document, *span, passage.headings, within=(passage.start, passage.end)))
            assert (found.start, found.end) == span
            assert found.before + found.quote + found.after == passage.text
            assert found.headings == [passage.document.title, *passage.headings]


def test_a_quote_of_no_passage_stands_alone(chatbot: Chatbot) -> None:
    (document, *_) = chatbot.documents.values()
    found = place(cite(document, 4, 10))
    assert (found.before, found.quote, found.after) == ("", document.text[4:10], "")


def test_every_quote_of_an_answer_knows_its_passage_and_the_json_does_not_hold_it(chatbot: Chatbot) -> None:
    answer = chatbot.ask("How many IT systems does the state have?")
    assert all(found.before or found.after for found in response(answer).citations)
    read = Citation.model_validate_json(answer.citations[0].model_dump_json())
    with pytest.raises(ValueError, match="no surroundings"):
        place(read)


def test_a_turn_brings_back_the_place_it_was_answered_from_unless_no_answer_is_that_long(chatbot: Chatbot) -> None:
    long = Document("long", "Long", "en", "word " * 5000)
    for end, quoted in ((10_000, 1), (10_001, 0), (30_000, 0)):
        turn = Turn(question="?", citation=Place(document="long", start=0, end=end))
        assert len(turn.answer({"long": long}).citations) == quoted
    assert Turn(question="?", citation=Place(document="gone", start=0, end=4)).answer(chatbot.documents).citations == ()
