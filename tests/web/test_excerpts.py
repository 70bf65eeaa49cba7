from chatbot.answer import cite
from chatbot.chatbot import Chatbot
from chatbot.web.excerpts import Excerpts


def test_an_excerpt_is_verbatim_and_holds_the_whole_passage(chatbot: Chatbot) -> None:
    excerpts = Excerpts(chatbot.documents, chatbot.index.passages)
    for passage in chatbot.index.passages:
        for span in passage.sentences:
            citation = cite(passage.document, *span, passage.headings)
            excerpt = excerpts.around(citation)
            assert excerpt.citation == citation
            assert excerpt.before + excerpt.citation.quote + excerpt.after == passage.text
            assert excerpt.headings == (passage.document.title, *passage.headings)


def test_a_quote_across_passages_shows_them_all(chatbot: Chatbot) -> None:
    first, second, *_ = chatbot.index.passages
    citation = cite(first.document, first.end - 20, second.start + 20)
    excerpt = Excerpts(chatbot.documents, chatbot.index.passages).around(citation)
    assert excerpt.before + excerpt.citation.quote + excerpt.after == first.document.slice(first.start, second.end)


def test_a_quote_outside_every_passage_stands_alone(chatbot: Chatbot) -> None:
    (document, *_) = chatbot.documents.values()
    excerpt = Excerpts(chatbot.documents, []).around(cite(document, 4, 10))
    assert (excerpt.before, excerpt.citation.quote, excerpt.after) == ("", document.text[4:10], "")
