import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import pytest

from chatbot.corpus import Document
from chatbot.library import Library, write_library

POST = Document("post", "Post\0", "en", "Digital Post.\nIn 2014.", "The agency", "2024-03-01", (0, 14))
BREAD = Document("a/bread's", "Bread", "da", "Rugbrød 🍞")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_library(tmp_path / "documents", [POST, BREAD], {"post": (0, 3), BREAD.id: (3, 4)})
    return Library(tmp_path / "documents")


def test_documents_are_what_was_written_in_the_same_order(library: Library) -> None:
    assert list(library.items()) == [("post", POST), (BREAD.id, BREAD)]
    assert library == {"post": POST, BREAD.id: BREAD}
    assert library.get("none") is None
    assert library["post"].sha256 == POST.sha256


def test_a_list_of_them_holds_no_text(library: Library) -> None:
    assert library.entries() == [POST.entry, BREAD.entry]
    assert library.entries(1) == [POST.entry]
    assert library.entries()[1].characters == len(BREAD.text)


def test_the_rows_of_passages_are_found_by_document(library: Library) -> None:
    assert library.passages_of([BREAD.id, "none"]) == [(3, 4)]


def test_it_is_read_by_many_threads_after_its_folder_has_gone(library: Library, tmp_path: Path) -> None:
    rmtree(tmp_path)
    with ThreadPoolExecutor(16) as threads:
        read = list(threads.map(lambda number: library[(POST.id, BREAD.id)[number % 2]].id, range(400)))
    assert read == [POST.id, BREAD.id] * 200


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "documents").write_bytes(b"SQLite format 3\0 and nothing more" * 100)
    with pytest.raises(sqlite3.Error):
        Library(tmp_path / "documents")
