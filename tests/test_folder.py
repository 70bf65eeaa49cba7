import os
from pathlib import Path

import pytest

from chatbot.folder import find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def found(folder: Path) -> dict[str, str | None]:
    return {file.name: file.left_out for file in find(folder, megabytes=1)}


def test_documents_are_found_in_order_of_their_names_and_other_files_passed_over(folder: Path) -> None:
    for name in ("b.md", "a/deep/page.HTML", "photo.png", ".hidden.md", ".git/a.md", "~$open.docx", "c.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Text.")
    assert list(found(folder)) == ["b.md", "c.txt", "a/deep/page.HTML"]


def test_the_parts_that_a_browser_saves_beside_a_page_are_no_documents(folder: Path) -> None:
    for name in ("Pas.html", "Pas_files/frame.html", "Kort.htm", "Kort-filer/a.html", "Other_files/own.html"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("<p>Text.")
    assert list(found(folder)) == ["Kort.htm", "Pas.html", "Other_files/own.html"]


def test_nothing_outside_the_folder_is_read(folder: Path) -> None:
    outside = folder.parent / "secret"
    outside.mkdir()
    (outside / "key.txt").write_text("Secret.")
    (folder / "inside.md").write_text("Text.")
    (folder / "file.txt").symlink_to(outside / "key.txt")
    (folder / "up.txt").symlink_to("../secret/key.txt")
    (folder / "folder").symlink_to(outside)
    (folder / "nowhere.txt").symlink_to("gone.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "same.md").symlink_to("inside.md")
    reasons = found(folder)
    assert {name for name, reason in reasons.items() if reason is None} == {"inside.md", "same.md"}
    assert "outside the corpus folder" in str(reasons["file.txt"])
    assert "outside the corpus folder" in str(reasons["up.txt"])
    assert "outside the corpus folder" in str(reasons["folder"])
    assert "leads nowhere" in str(reasons["nowhere.txt"])
    assert "leads nowhere" in str(reasons["loop.txt"])


def test_what_is_no_ordinary_file_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    assert found(folder) == {"pipe.md": "it is not an ordinary file."}


def test_an_empty_file_and_one_of_300_mb_are_told_without_reading_them(folder: Path) -> None:
    (folder / "empty.pdf").touch()
    with (folder / "huge.pdf").open("wb") as file:
        file.truncate(300 * 1024**2)
    assert found(folder) == {
        "empty.pdf": "it is empty.",
        "huge.pdf": "it has 300 MB, and 1 are allowed. Split it, or raise CHATBOT_MAX_FILE_MB.",
    }


def test_formats_that_are_not_read_say_what_to_save_them_as(folder: Path) -> None:
    for name in ("old.doc", "mail.msg", "all.zip"):
        (folder / name).write_text("x")
    assert found(folder) == {
        "all.zip": "archives are not opened. Unpack it here.",
        "mail.msg": ".msg files are not read. Save it as PDF or text.",
        "old.doc": ".doc files are not read. Save it as .docx or PDF.",
    }


@pytest.mark.parametrize("name", [b"two\nlines.md", b"half\xc3.md", b"bell\x07.txt"])
def test_a_name_that_cannot_be_shown_is_told_in_letters_that_can(folder: Path, name: bytes) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_text("Text.")
    ((shown, reason),) = found(folder).items()
    assert shown.isprintable()
    assert "Rename it" in str(reason)


def test_names_that_look_like_paths_are_only_names(folder: Path) -> None:
    for name in ("a..\\..\\windows.md", "%2e%2e%2fetc.md", "<b>x.md"):
        (folder / name).write_text("Text.")
    assert set(found(folder).values()) == {None}


def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("closed/a.md", "open/b.md"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("Text.")
    scandir = os.scandir

    def refused(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert found(folder) == {"open/b.md": None, "closed/": "the folder cannot be read (Permission denied)."}
