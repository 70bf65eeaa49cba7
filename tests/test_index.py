import json
from pathlib import Path

import numpy as np
import pytest

from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import TextEmbeddings
from chatbot.errors import ChatbotError
from chatbot.index import Index
from chatbot.indexing import build, open_index
from chatbot.reader import Reader, load_reader
from chatbot.retrieval import candidates
from chatbot.vectorstore import PASSAGES

POST = Document("post", "Post", "en", "Digital Post is a mailbox. It was made law in 2014.\n")
BREAD = Document("bread", "Bread", "en", "# Rye bread\n\nRye bread is baked for an hour.\n")


def opened(root: Path, embeddings: TextEmbeddings, *documents: Document, size: int = 1000) -> str | None:
    head = load_reader(embeddings.name, embeddings.dimension).head
    return open_index(root, Corpus(documents), embeddings, head, size).rebuilt_because


def first(index: Index, embeddings: TextEmbeddings, question: str) -> str:
    return candidates(index, question, embeddings.question(question).vector, 5, 0.1)[0].passage.document.id


def test_an_index_is_built_once_and_reused(tmp_path: Path, embeddings: TextEmbeddings) -> None:
    assert opened(tmp_path, embeddings, POST, BREAD) == "there was none yet"
    assert opened(tmp_path, embeddings, POST, BREAD) is None


def test_a_loaded_index_answers_as_the_built_one(tmp_path: Path, embeddings: TextEmbeddings, reader: Reader) -> None:
    built = open_index(tmp_path, Corpus((POST, BREAD)), embeddings, reader.head, 1000).index
    loaded = open_index(tmp_path, Corpus((POST, BREAD)), embeddings, reader.head, 1000).index
    assert list(loaded.passages) == list(built.passages)
    assert loaded.topics(range(2)) == built.topics(range(2))
    assert np.array_equal(loaded.sentence_vectors, built.sentence_vectors)
    assert loaded.documents == {"post": POST, "bread": BREAD}
    for question in ("When was the mailbox made law?", "How long is the bread baked?"):
        assert first(loaded, embeddings, question) == first(built, embeddings, question)


def test_it_is_rebuilt_with_a_reason_when_it_no_longer_fits(
    tmp_path: Path, embeddings: TextEmbeddings, reader: Reader
) -> None:
    opened(tmp_path, embeddings, POST)
    assert opened(tmp_path, embeddings, POST, BREAD) == "the document bread was added"
    assert opened(tmp_path, embeddings, BREAD) == "the document post was removed"
    changed = Document("bread", "Bread", "en", "Rye bread is sour.\n")
    assert opened(tmp_path, embeddings, changed) == "the document bread changed"
    reason = opened(tmp_path, embeddings, changed, size=500)
    assert reason is not None
    assert "500 characters" in reason
    assert (
        open_index(tmp_path, Corpus((changed,)), embeddings, reader.head, 500, rebuild=True).rebuilt_because is not None
    )


@pytest.mark.parametrize("damage", ["cut", "missing", "edited", "manifest", "older", "pointer"])
def test_a_damaged_index_is_noticed_and_built_anew(tmp_path: Path, embeddings: TextEmbeddings, damage: str) -> None:
    opened(tmp_path, embeddings, POST)
    folder = versions.current(tmp_path)
    assert folder is not None
    manifest = folder / "manifest.json"
    match damage:
        case "cut":
            content = (folder / "vectors.faiss").read_bytes()
            (folder / "vectors.faiss").write_bytes(content[: len(content) // 2])
        case "missing":
            (folder / "sentences.npy").unlink()
        case "edited":
            path = folder / PASSAGES
            path.write_bytes(path.read_bytes().replace(b"mailbox", b"letters"))
        case "manifest":
            manifest.write_text("{half", encoding="utf-8")
        case "older":
            manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 0}), encoding="utf-8")
        case "pointer":
            (tmp_path / "current").write_text("../../elsewhere", encoding="utf-8")
    assert opened(tmp_path, embeddings, POST) is not None
    assert opened(tmp_path, embeddings, POST) is None


def test_an_index_of_a_newer_version_of_the_program_is_not_overwritten_unasked(
    tmp_path: Path, embeddings: TextEmbeddings, reader: Reader
) -> None:
    opened(tmp_path, embeddings, POST)
    folder = versions.current(tmp_path)
    assert folder is not None
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}), encoding="utf-8")
    with pytest.raises(ChatbotError, match=r"has format 99, of a newer version .* `chatbot index --rebuild`"):
        opened(tmp_path, embeddings, POST)
    assert versions.current(tmp_path) == folder
    open_index(tmp_path, Corpus((POST,)), embeddings, reader.head, 1000, rebuild=True)
    assert opened(tmp_path, embeddings, POST) is None


def test_a_build_that_fails_leaves_the_previous_index_serving(
    tmp_path: Path, embeddings: TextEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path, embeddings, POST)
    before = versions.current(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chatbot.building.np.save", full)
    with pytest.raises(ChatbotError, match="No space left on device"):
        opened(tmp_path, embeddings, POST, BREAD)
    monkeypatch.undo()
    assert versions.current(tmp_path) == before
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [before.name if before else ""]
    assert opened(tmp_path, embeddings, POST) is None


def test_topics_are_headings_or_phrases_of_the_passage(embeddings: TextEmbeddings, reader: Reader) -> None:
    index = build([POST, BREAD], embeddings, reader.head, 1000)
    assert index.topics([1]) == ["Rye bread"]
    assert index.topics([0])[0] in POST.text
