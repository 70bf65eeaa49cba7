from langchain_core.documents import Document as LangChainDocument

from chatbot.corpus import Document
from chatbot.passages import ParagraphSplitter, split
from chatbot.sentences import sentences


def quotes(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


def test_danish_abbreviations_numbers_and_dates_do_not_end_a_sentence() -> None:
    text = (
        "Loven gælder jf. § 4 f.eks. for borgere. Der var 4.000 systemer pr. 1. januar 2022. Ca. 3 mio. kr. blev brugt."
    )
    assert quotes(text, "da") == [
        "Loven gælder jf. § 4 f.eks. for borgere.",
        "Der var 4.000 systemer pr. 1. januar 2022.",
        "Ca. 3 mio. kr. blev brugt.",
    ]


def test_english_abbreviations_and_quotation_marks_do_not_end_a_sentence() -> None:
    text = "Systems exist in all fields, e.g. health. “We did it. At last!” she said. There are 4.000 of them."
    assert quotes(text, "en") == [
        "Systems exist in all fields, e.g. health.",
        "“We did it. At last!” she said.",
        "There are 4.000 of them.",
    ]


def test_a_list_item_and_a_paragraph_stand_for_themselves() -> None:
    assert quotes("People\n\nAda, lead\n- first item\n- second item", "en") == [
        "People",
        "Ada, lead",
        "- first item",
        "- second item",
    ]


def test_a_passage_knows_the_headings_above_it_and_never_crosses_one() -> None:
    document = Document(
        "a", "A", "en", "Intro.\n\n# One\nText.\n\n## Two `x`\n\nMore.\n\nSub\n---\nEnd.\n\n# Next\nLast."
    )
    assert [(passage.headings, passage.text) for passage in split(document, 1000)] == [
        ((), "Intro."),
        (("One",), "Text."),
        (("One", "Two x"), "More."),
        (("One", "Sub"), "End."),
        (("Next",), "Last."),
    ]


def test_a_heading_inside_a_code_block_is_no_heading() -> None:
    document = Document("a", "A", "en", "Text.\n\n```\n# a comment\n```\n")
    assert all(passage.headings == () for passage in split(document, 1000))


def test_a_heading_is_found_whatever_ends_its_line() -> None:
    document = Document("a", "A", "en", "First.\r# One\rText.\r\n\r\nTwo\r\n===\r\nMore.\n")
    assert [(passage.text, passage.headings) for passage in split(document, 1000)] == [
        ("First.", ()),
        ("Text.", ("One",)),
        ("More.", ("Two",)),
    ]


def test_a_long_paragraph_is_cut_between_sentences_into_even_parts() -> None:
    sentence = "This sentence is exactly fifty characters, as is."
    document = Document("a", "A", "en", " ".join([sentence] * 10))
    passages = split(document, 300)
    assert len(passages) == 2
    assert all(passage.text.endswith(".") for passage in passages)
    assert sum(len(passage.sentences) for passage in passages) == 10


def test_short_neighbours_share_a_passage_and_long_paragraphs_do_not() -> None:
    document = Document("a", "A", "en", "Ada, lead.\n\nBo, officer.\n\n" + "A long paragraph about something. " * 10)
    assert [len(passage.sentences) for passage in split(document, 1000)] == [2, 10]


def test_the_splitter_serves_any_langchain_application() -> None:
    splitter = ParagraphSplitter("en", chunk_size=200, add_start_index=True)
    text = "First paragraph. " * 10 + "\n\n" + "Second paragraph. " * 11
    chunks = splitter.split_documents([LangChainDocument(text, metadata={"source": "x"})])
    assert len(chunks) == 2
    for chunk in chunks:
        start = chunk.metadata["start_index"]
        assert text[start : start + len(chunk.page_content)] == chunk.page_content
        assert chunk.metadata["source"] == "x"
