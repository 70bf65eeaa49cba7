from pathlib import Path

import pytest

from chatbot.answer import cite
from chatbot.corpus import Document, load_corpus
from chatbot.errors import ChatbotError
from chatbot.passages import split
from chatbot.phrases import phrases
from chatbot.settings import Settings
from tests.formats import files


def write(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_a_document_has_its_path_as_id_and_its_front_matter_as_description(tmp_path: Path) -> None:
    write(tmp_path, "law/post.md", "---\ntitle: Digital Post\nsource: The law\nlanguage: da\n---\nLoven gælder.\n")
    (document,) = load_corpus(tmp_path).documents
    assert document == Document("law/post", "Digital Post", "da", "Loven gælder.\n", source="The law")


def test_the_text_is_exactly_what_follows_the_front_matter(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\ntitle: A\n---\n\n  First.\n\n---\n\nSecond.  \n")
    assert load_corpus(tmp_path).documents[0].text == "\n  First.\n\n---\n\nSecond.  \n"


def test_a_file_without_front_matter_gets_a_title_from_its_name_and_a_detected_language(tmp_path: Path) -> None:
    write(tmp_path, "digital-post.txt", "Alle borgere og virksomheder har en digital postkasse hos det offentlige.")
    document = load_corpus(tmp_path).documents[0]
    assert (document.title, document.language) == ("Digital post", "da")


def test_a_byte_order_mark_and_windows_line_ends_are_cleaned_away(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", b"\xef\xbb\xbfOne.\r\nTwo.\rThree.")
    assert load_corpus(tmp_path).documents[0].text == "One.\nTwo.\nThree."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\xff\x00", "its encoding cannot be told"),
        (b"", "it is empty"),
        (b" \n", "it has no text"),
        (b"---\ntitle: A\n---\n \n", "has no text"),
        (b"---\n[broken\n---\nText.", "front matter"),
        (b"---\ndate: 2025-13-45\n---\nText.", "front matter"),
        (b"---\n" + b"[" * 5000 + b"\n---\nText.", "front matter"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_still_answered_from(
    tmp_path: Path, content: bytes, says: str
) -> None:
    write(tmp_path, "good.txt", "Good text.")
    write(tmp_path, "bad.md", content)
    corpus = load_corpus(tmp_path)
    assert [document.id for document in corpus.documents] == ["good"]
    assert len(corpus.skipped) == 1
    assert "bad.md" in corpus.skipped[0]
    assert says in corpus.skipped[0]


def test_two_files_with_one_id_are_not_mixed_up(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "Markdown.")
    write(tmp_path, "a.txt", "Text.")
    corpus = load_corpus(tmp_path)
    assert [document.text for document in corpus.documents] == ["Markdown."]
    assert "a.txt" in corpus.skipped[0]


def test_hidden_files_and_other_formats_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "Text.")
    write(tmp_path, ".hidden.md", "No.")
    write(tmp_path, ".git/b.md", "No.")
    write(tmp_path, "picture.png", b"\x89PNG")
    assert [document.id for document in load_corpus(tmp_path).documents] == ["a"]


@pytest.mark.parametrize("make", [True, False])
def test_an_empty_or_missing_corpus_says_what_to_do(tmp_path: Path, make: bool) -> None:  # noqa: FBT001
    folder = tmp_path / "corpus"
    if make:
        folder.mkdir()
    with pytest.raises(ChatbotError, match=str(folder)):
        load_corpus(folder)


def test_the_shipped_document_is_whole(settings: Settings) -> None:
    (document,) = load_corpus(settings.corpus).documents
    assert document.id == "denmark"
    assert document.text.startswith("The guiding principles of Digital Government")
    assert "MitID, Digital Post, and\n" in document.text
    assert "Katrine Bagge Thorball, DN Senior Official, Deputy Permanent Secretary" in document.text
    for furniture in ("top of page", "bottom of page", ".jpg"):
        assert furniture not in document.text


def test_a_slice_outside_the_text_is_refused() -> None:
    document = Document("a", "A", "en", "Text")
    assert document.slice(0, 4) == "Text"
    assert Document("a", "A", "en", " Text \n").slice(0, 6) == " Text "
    for start, end in ((0, 5), (-1, 2), (2, 2), (3, 1)):
        with pytest.raises(ValueError, match="no piece"):
            document.slice(start, end)


def test_front_matter_that_would_unfold_to_gigabytes_is_no_title(tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    head = "\n".join(["a0: &a0 [lol]", *levels, "title: *a11", "source: The law"])
    write(tmp_path, "bomb.md", f"---\n{head}\n---\nText.")
    (document,) = load_corpus(tmp_path).documents
    assert (document.title, document.source, document.text) == ("Bomb", "The law", "Text.")


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, encoding: str) -> None:
    text = "Ældre borgere på Ærø får hjælp på rådhuset hver onsdag.\nÅbningstiden er fra kl. 9.\n"
    write(tmp_path, "a.txt", text.encode(encoding))
    assert load_corpus(tmp_path).documents[0].text == text


def test_every_format_gives_one_text_with_headings_and_the_description_the_file_has_of_itself(tmp_path: Path) -> None:
    written: dict[str, bytes] = {
        "a.md": files.markdown(),
        "a.html": files.html(),
        "a.pdf": files.pdf(),
        "a.docx": files.word(),
        "a.odt": files.open_document(),
        "a.odp": files.open_slides(),
        "a.pptx": files.slides(),
        "law/a.xlsx": files.sheet(),
        "law/a.csv": files.table(),
    }
    for name, content in written.items():
        write(tmp_path, name, content)
    corpus = load_corpus(tmp_path)
    assert corpus.skipped == ()
    documents = {document.id: document for document in corpus.documents}
    assert documents.keys() == {"a", *list(written)[1:]}
    for document in documents.values():
        passages = split(document, 1500)
        for passage in passages:
            assert document.slice(passage.start, passage.end) == passage.text
        if document.id.startswith("a."):
            assert document.title == files.TITLE
        if not document.id.startswith("law"):
            (goals,) = [passage for passage in passages if files.SECOND in passage.text]
            assert goals.headings[-1] == files.GOALS
            assert document.language == "da"


def test_the_page_of_a_quote_is_known_where_there_are_pages(tmp_path: Path) -> None:
    write(tmp_path, "a.pdf", files.pdf(pages=4))
    write(tmp_path, "a.pptx", files.slides())
    write(tmp_path, "a.md", files.markdown())
    document, pdf, slides = load_corpus(tmp_path).documents
    assert [pdf.page(pdf.text.index(text)) for text in (files.FIRST, files.SECOND, "Afsnit 4")] == [1, 2, 4]
    assert [slides.page(slides.text.index(text)) for text in (files.FIRST, files.SECOND)] == [1, 2]
    assert document.page(3) is None
    assert cite(pdf, pdf.text.index(files.FIRST), pdf.text.index("Afsnit 4")).page == 1
    citation = cite(pdf, pdf.text.index("Afsnit 4"), len(pdf.text) - 1, (files.TITLE, files.GOALS))
    assert (citation.headings, citation.page) == ((files.GOALS,), 4)
    assert phrases("en").place((citation.title, *citation.headings), citation.page) == (
        f"{files.TITLE} › {files.GOALS}, page 4"
    )


def test_text_too_long_to_split_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "good.md", "Good text.")
    write(tmp_path, "long.txt", b"Long words. " * 500_000)
    assert load_corpus(tmp_path).skipped == (
        "long.txt was skipped: it holds more than 5,000,000 characters of text. Split it into smaller files.",
    )
