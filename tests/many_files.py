"""A corpus of many small files in every format, indexed and updated; run as a program, whose memory is its own."""

import json
import random
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter

import docx
import openpyxl
import pptx
from fpdf import FPDF

from chatbot.process import prepare_process
from chatbot.settings import Settings
from tests.formats import files

FILES = 2000
ROOT = Path(__file__).resolve().parents[1]


def pdf(sentences: list[str]) -> bytes:
    page = FPDF()
    page.set_font("helvetica")
    page.add_page()
    page.multi_cell(0, text=" ".join(sentences).encode("latin-1", "replace").decode("latin-1"))
    return bytes(page.output())


def word(sentences: list[str]) -> bytes:
    document = docx.Document()
    document.add_paragraph(" ".join(sentences))
    return saved(document.save)


def slides(sentences: list[str]) -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    for place, text in zip(slide.placeholders, (sentences[0], " ".join(sentences[1:])), strict=True):
        place.text = text
    return saved(show.save)


def sheet(sentences: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for sentence in sentences:
        book.active.append([sentence])
    return saved(book.save)


def saved(save: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    save(file)
    return file.getvalue()


READABLE: dict[str, Callable[[list[str]], bytes]] = {
    "md": lambda sentences: f"# {sentences[0]}\n\n{' '.join(sentences[1:])}\n".encode(),
    "txt": lambda sentences: " ".join(sentences).encode(),
    "html": lambda sentences: f"<html><body><main><p>{' '.join(sentences)}</p></main></body></html>".encode(),
    "csv": lambda sentences: "\n".join(["Says", *(f'"{sentence}"' for sentence in sentences)]).encode(),
    "pdf": pdf,
    "docx": word,
    "pptx": slides,
    "xlsx": sheet,
}
UNREADABLE: dict[str, Callable[[], bytes]] = {
    "scan.pdf": files.scan,
    "locked.pdf": lambda: files.pdf(encrypted="secret"),
    "broken.docx": lambda: files.word()[:500],
    "empty.txt": lambda: b"",
}


def make(folder: Path) -> list[str]:
    """Write the files and return the names of those that cannot be read."""
    chance = random.Random(0)  # noqa: S311
    text = (ROOT / "corpus" / "documents" / "denmark.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    sentences = [line for line in text.replace("\n", " ").split(". ") if len(line) > 20]
    unreadable = []
    for number in range(FILES):
        if number % 50 == 0:
            suffix, broken = list(UNREADABLE.items())[number // 50 % len(UNREADABLE)]
            name, content = f"{number:04}-{suffix}", broken()
            unreadable.append(name)
        else:
            suffix, written = list(READABLE.items())[number % len(READABLE)]
            said = [f"Of file {number}.", *chance.sample(sentences, 3)]
            name, content = f"{number:04}.{suffix}", written(said)
        (folder / name).write_bytes(content)
    return unreadable


def peak_mb() -> float:
    """The most memory this process has had since it was last reset."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def measure(folder: Path) -> dict[str, object]:
    from chatbot.corpus import open_corpus
    from chatbot.embedding_model import load_embeddings
    from chatbot.indexing import open_index
    from chatbot.opening import open_over
    from chatbot.reader import load_reader

    documents = folder / "documents"
    documents.mkdir()
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(ROOT / "index" / "models")
    unreadable = make(documents)
    settings = Settings.model_construct(corpus=documents, index=folder / "index")
    embeddings = load_embeddings(settings)
    head = load_reader(embeddings.name, embeddings.dimension).head
    embeddings.passage_vectors(["The model is in memory."] * 32)
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_mb()
    started = perf_counter()
    corpus = open_corpus(settings)
    opened = open_index(settings.index, corpus, embeddings, head, settings.passage_characters)
    built, grown = perf_counter() - started, peak_mb() - before
    (documents / "0001.txt").write_text("Digital Post is a mailbox. It was made law in 2014.\n")
    started = perf_counter()
    now = open_corpus(settings)
    changed = open_index(settings.index, now, embeddings, head, settings.passage_characters, serving=opened)
    updated = perf_counter() - started
    started = perf_counter()
    embeddings.passage_vectors(["Digital Post is a mailbox. It was made law in 2014."])
    embeddings.passage_vectors(["Digital Post is a mailbox.", "It was made law in 2014."])
    embedding = perf_counter() - started
    answer = open_over(now, settings.index, settings).chatbot.ask("When was Digital Post made law?")
    return {
        "documents": len(corpus.documents),
        "passages": len(opened.index.passages),
        "unnamed": [name for name in unreadable if not any(told.startswith(name) for told in corpus.skipped)],
        "skipped": len(corpus.skipped),
        "unreadable": len(unreadable),
        "built_s": built,
        "grown_mb": grown,
        "embedded_again": changed.embedded,
        "update_s": updated,
        "of_that_embedding_s": embedding,
        "answer": answer.status,
    }


if __name__ == "__main__":
    prepare_process(Settings.model_construct())
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]))))
