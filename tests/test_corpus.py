from pathlib import Path

import pytest

from chatbot.corpus import Document, load_corpus
from chatbot.errors import ChatbotError
from chatbot.settings import Settings


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
        (b"caf\xe9", "not UTF-8"),
        (b"", "has no text"),
        (b"---\ntitle: A\n---\n \n", "has no text"),
        (b"---\n[broken\n---\nText.", "front matter"),
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
    for start, end in ((0, 5), (-1, 2), (2, 2), (3, 1)):
        with pytest.raises(ValueError, match="no piece"):
            document.slice(start, end)
