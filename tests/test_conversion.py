import contextlib
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot import conversion
from chatbot.conversion import Converter, Limits
from chatbot.corpus import load_corpus
from chatbot.formats.converted import UnreadableError
from tests.formats import files

PART = "word/document.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The worker processes that were started."""
    processes: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return processes


@pytest.fixture
def converter() -> Iterator[Converter]:
    with Converter(Limits()) as converter:
        yield converter


def refusal(converter: Converter, path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        converter.convert(path)
    return str(caught.value)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """An archive with one of its parts replaced."""
    from io import BytesIO
    from zipfile import ZipFile

    with ZipFile(BytesIO(content)) as old:
        return files.archive({**{entry: old.read(entry) for entry in old.namelist()}, name: part})


def test_one_worker_serves_many_files_and_ends_with_the_converter(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    for number in range(5):
        (tmp_path / f"{number}.csv").write_bytes(files.table())
    assert len(load_corpus(tmp_path).documents) == 5
    assert len(started) == 1
    assert started[0].poll() is not None


def test_plain_text_needs_no_worker(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    (tmp_path / "a.md").write_bytes(files.markdown())
    load_corpus(tmp_path)
    assert started == []


def test_a_worker_that_was_killed_is_replaced_and_no_file_lost(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], converter: Converter
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(files.table())
    text = converter.convert(path).text
    started[0].kill()
    started[0].wait()
    assert converter.convert(path).text == text
    assert len(started) == 2


def test_a_file_its_reader_dies_of_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Converter(Limits(), tmp_path / "kept") as converter:
        assert "broke down" in refusal(converter, tmp_path / "a.csv", files.table())
    monkeypatch.undo()
    with Converter(Limits(), tmp_path / "kept") as converter:
        assert files.ROW in converter.convert(tmp_path / "a.csv").text


def test_what_takes_too_long_is_ended_and_the_next_file_read(tmp_path: Path) -> None:
    slow = files.pdf_of_one_page(zlib.compress(b"q Q " * 20_000_000))
    (tmp_path / "a-slow.pdf").write_bytes(slow)
    (tmp_path / "b.csv").write_bytes(files.table())
    corpus = load_corpus(tmp_path, Limits(seconds=5))
    assert [document.id for document in corpus.documents] == ["b.csv"]
    assert corpus.skipped == (
        "a-slow.pdf was skipped: reading it took longer than 5 seconds. Split it, or raise CHATBOT_FILE_SECONDS.",
    )


def test_what_takes_too_much_memory_is_given_up_and_the_next_file_read(tmp_path: Path, converter: Converter) -> None:
    bomb = files.pdf_of_one_page(files.deflated_zeros(2000))
    assert len(bomb) < 3_000_000
    assert "more than 1024 MB of memory" in refusal(converter, tmp_path / "bomb.pdf", bomb)
    (tmp_path / "b.csv").write_bytes(files.table())
    assert files.ROW in converter.convert(tmp_path / "b.csv").text


def test_a_pdf_with_a_million_pages_of_nothing_is_skipped(tmp_path: Path, converter: Converter) -> None:
    catalogue = b"<</Type/Catalog/Pages 2 0 R>>"
    declared = files.raw_pdf(catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>", b"<</Type/Page/Parent 2 0 R>>")
    assert "1,000,000 pages" in refusal(converter, tmp_path / "declared.pdf", declared)
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * 6000
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 6003))
    undeclared = files.raw_pdf(catalogue, b"<</Type/Pages/Kids[%s]/Count 1>>" % kids, *pages)
    assert "5,001 pages or more" in refusal(converter, tmp_path / "undeclared.pdf", undeclared)
    endless = files.raw_pdf(catalogue, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>")
    assert refusal(converter, tmp_path / "endless.pdf", endless)


def test_scans_and_protected_files_say_what_to_do(tmp_path: Path, converter: Converter) -> None:
    assert "text recognition (OCR)" in refusal(converter, tmp_path / "scan.pdf", files.scan())
    assert "password" in refusal(converter, tmp_path / "locked.pdf", files.pdf(encrypted="secret"))
    assert "password" in refusal(converter, tmp_path / "locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    manifest = (
        b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:encryption-data/></m:manifest>'
    )
    locked = with_part(files.open_document(), "META-INF/manifest.xml", manifest)
    assert "password" in refusal(converter, tmp_path / "locked.odt", locked)


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".odt", ".pptx", ".xlsx"])
def test_damaged_files_are_skipped(tmp_path: Path, converter: Converter, suffix: str) -> None:
    whole = {
        ".pdf": files.pdf,
        ".docx": files.word,
        ".odt": files.open_document,
        ".pptx": files.slides,
        ".xlsx": files.sheet,
    }[suffix]()
    for content in (b"not what it seems", os.urandom(5000), whole[: len(whole) // 2], files.archive({"a": b"b"})):
        assert refusal(converter, tmp_path / f"a{suffix}", content)


def test_zip_bombs_are_not_unpacked(tmp_path: Path, converter: Converter) -> None:
    large = files.archive({PART: bytes(301 * 1024**2)})
    assert "would unpack to more than 300 MB" in refusal(converter, tmp_path / "large.docx", large)
    many = files.archive({f"word/{number}": b"" for number in range(10_001)})
    assert "would unpack to more than" in refusal(converter, tmp_path / "many.xlsx", many)
    # The same, with a directory that says the part is small.
    lying = large.replace((301 * 1024**2).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert "damaged" in refusal(converter, tmp_path / "lying.docx", lying)


def test_archives_inside_and_names_that_lead_out_are_not_touched(tmp_path: Path, converter: Converter) -> None:
    inner = files.archive({"../../escaped.txt": b"out"})
    for _ in range(20):
        inner = files.archive({"deep.zip": inner, "../../escaped.txt": b"out"})
    content = with_part(with_part(files.word(), "word/embeddings/deep.zip", inner), "../../escaped.txt", b"out")
    (tmp_path / "a.docx").write_bytes(content)
    assert files.FIRST in converter.convert(tmp_path / "a.docx").text
    assert [path.name for path in tmp_path.rglob("*")] == ["a.docx"]
    assert not (tmp_path.parent.parent / "escaped.txt").exists()


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE x [<!ENTITY e SYSTEM "{secret}">]>', '<!DOCTYPE x [<!ENTITY % d SYSTEM "{secret}"> %d;]>'],
)
def test_entities_read_no_other_file(tmp_path: Path, converter: Converter, declaration: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Top secret.")
    head = declaration.format(secret=secret.as_uri())
    entity = "" if "%" in head else "&e;"
    paragraph = f"<w:p><w:r><w:t>Shown.{entity}</w:t></w:r></w:p>"
    part = f'{head}<w:document xmlns:w="{WORD}"><w:body>{paragraph}</w:body></w:document>'
    (tmp_path / "a.docx").write_bytes(with_part(files.word(), PART, part.encode()))
    names = 'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = f"{head}<o:document-content {names}><o:body><t:p>Shown.{entity}</t:p></o:body></o:document-content>"
    (tmp_path / "a.odt").write_bytes(with_part(files.open_document(), "content.xml", content.encode()))
    for name in ("a.docx", "a.odt"):
        try:
            text = converter.convert(tmp_path / name).text
        except UnreadableError as error:
            text = str(error)
        assert "secret" not in text


def test_entities_that_unfold_without_end_do_no_harm(tmp_path: Path, converter: Converter) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    part = f"""<!DOCTYPE x [<!ENTITY a0 "lol">{entities}]>
        <w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&a11;</w:t></w:r></w:p></w:body></w:document>"""
    assert refusal(converter, tmp_path / "a.docx", with_part(files.word(), PART, part.encode()))


def test_web_pages_run_nothing_and_nest_as_deeply_as_they_like(tmp_path: Path, converter: Converter) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(files.html())
    text = converter.convert(path).text
    for hidden in ("skjult tekst", "color", "Borger i menuen", "cookies", "example.org"):
        assert hidden not in text
    path.write_bytes(b"<div>" * 200_000 + b"<p>Deep down.</p>")
    with contextlib.suppress(UnreadableError):
        assert "<div>" not in converter.convert(path).text
    path.write_bytes(files.html())
    assert converter.convert(path).text == text


def test_what_was_converted_is_kept_until_the_file_or_the_converter_changes(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = tmp_path / "corpus", tmp_path / "kept"
    folder.mkdir()
    (folder / "a.csv").write_bytes(files.table())
    (folder / "b.pdf").write_bytes(files.pdf())
    (folder / "c.pdf").write_bytes(files.scan())

    def loads() -> tuple[int, object]:
        before = len(started)
        corpus = load_corpus(folder, kept=kept)
        return len(started) - before, corpus

    workers, first = loads()
    assert (workers, len(list(kept.iterdir()))) == (1, 3)
    assert loads() == (0, first)
    (folder / "a.csv").rename(folder / "renamed.csv")
    assert loads()[0] == 0
    (folder / "b.pdf").write_bytes(files.pdf(pages=2))
    assert loads()[0] == 1
    assert len(list(kept.iterdir())) == 3
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert loads()[0] == 1
    assert loads()[0] == 0
    monkeypatch.setattr(conversion, "CONVERTER", conversion.CONVERTER + 1)
    assert loads()[0] == 1


def test_a_folder_that_cannot_keep_anything_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(files.table())
    (tmp_path / "file").write_text("in the way")
    assert files.ROW in load_corpus(tmp_path, kept=tmp_path / "file" / "kept").documents[0].text


def test_a_converter_reaches_no_other_machine_and_starts_no_program() -> None:
    code = (
        "import sys, socket, subprocess; from chatbot.formats import worker; sys.addaudithook(worker._refuse)\n"
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: socket.getaddrinfo('localhost', 80),\n"
        "            lambda: subprocess.run(['true'])):\n"
        "    try: act(); print('done')\n"
        "    except PermissionError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 3
