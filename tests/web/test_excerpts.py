import pytest

from chatbot.answer import Citation, cite
from chatbot.chatbot import Chatbot
from chatbot.web.excerpts import excerpt


def test_an_excerpt_is_verbatim_and_holds_the_whole_passage(chatbot: Chatbot) -> None:
    for passage in chatbot.index.passages:
        for span in passage.sentences:
            citation = cite(passage.document, *span, passage.headings, within=(passage.start, passage.end))
            found = excerpt(citation)
            assert found.citation == citation
            assert found.before + found.citation.quote + found.after == passage.text
            assert found.headings == (passage.document.title, *passage.headings)


def test_a_quote_of_no_passage_stands_alone(chatbot: Chatbot) -> None:
    (document, *_) = chatbot.documents.values()
    found = excerpt(cite(document, 4, 10))
    assert (found.before, found.citation.quote, found.after) == ("", document.text[4:10], "")


def test_every_quote_of_an_answer_knows_its_passage_and_the_json_does_not_hold_it(chatbot: Chatbot) -> None:
    answer = chatbot.ask("How many IT systems does the state have?")
    assert all(excerpt(citation).before or excerpt(citation).after for citation in answer.citations)
    read = Citation.model_validate_json(answer.citations[0].model_dump_json())
    with pytest.raises(ValueError, match="no surroundings"):
        excerpt(read)
