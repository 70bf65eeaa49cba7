"""The invariant everything rests on: what is quoted stands in the document at the offsets given."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answer import cite
from chatbot.corpus import Document
from chatbot.passages import split
from chatbot.sentences import sentences

characters = st.characters(exclude_categories=["Cs"])
structures = ["\n\n", "\n", "# Heading\n", "Title\n===\n", "- item ", "| a | b |\n", "```\n# code\n```\n"]
wordings = [
    "One sentence. Another! ",
    "f.eks. ",
    "4.000 ",
    "“Quote.” ",
    "»Citat.« ",
    "word " * 80,
    "x" * 500,
    "😀",
    "\u2028",
]
fragments = st.sampled_from([*structures, *wordings])
texts = st.lists(st.one_of(st.text(characters, max_size=30), fragments), max_size=30).map("".join)


@given(texts, st.sampled_from(["da", "en", "de", "xx"]))
def test_sentences_are_in_order_and_leave_out_nothing_but_white_space(text: str, language: str) -> None:
    position = 0
    for start, end in sentences(text, language):
        assert position <= start < end
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()


@settings(deadline=None)
@given(texts, st.sampled_from(["da", "en"]), st.sampled_from([200, 400]))
def test_passages_sentences_and_citations_are_verbatim(text: str, language: str, size: int) -> None:
    document = Document("id", "Title", language, text)
    position = 0
    for passage in split(document, size):
        assert passage.start >= position
        assert passage.text == text[passage.start : passage.end]
        assert len(passage.text) <= size
        inside = passage.start
        for start, end in passage.sentences:
            assert inside <= start < end <= passage.end
            citation = cite(document, start, end)
            assert document.text[citation.start : citation.end] == citation.quote
            inside = end
        position = passage.end
