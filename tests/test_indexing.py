import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import TextEmbeddings
from chatbot.errors import ChatbotError
from chatbot.indexing import Opened, build, open_index
from chatbot.reader import Reader

POST = Document("post", "Post", "en", "Digital Post is a mailbox. It was made law in 2014.\n")
BREAD = Document(
    "bread", "Bread", "en", "# Rye bread\n\nRye bread is baked for an hour.\n\n# Wheat\n\nIt is baked for less.\n"
)
EDITED = Document("bread", "Bread", "en", BREAD.text.replace("for an hour", "for two hours"))
STATE = Document("state", "State", "da", "Staten har mange it-systemer. De koster mange penge.\n")


@pytest.fixture
def read(embeddings: TextEmbeddings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the embedding model reads from now on."""
    texts: list[str] = []
    encode = type(embeddings).encode

    def listening(self: TextEmbeddings, batch: list[str], prompt: str) -> Any:
        texts.extend(batch)
        return encode(self, batch, prompt)

    monkeypatch.setattr(type(embeddings), "encode", listening)
    return texts


class Folder:
    """An index folder whose index is opened for one corpus after the other."""

    def __init__(self, root: Path, embeddings: TextEmbeddings, reader: Reader) -> None:
        self.root = root
        self._embeddings = embeddings
        self._head = reader.head

    def open(self, *documents: Document, size: int = 1000, serving: Opened | None = None) -> Opened:
        return open_index(self.root, Corpus(documents), self._embeddings, self._head, size, serving=serving)


@pytest.fixture
def folder(tmp_path: Path, embeddings: TextEmbeddings, reader: Reader) -> Folder:
    return Folder(tmp_path, embeddings, reader)


def test_only_passages_that_changed_are_embedded_again(folder: Folder, read: list[str]) -> None:
    folder.open(POST, BREAD, STATE)
    read.clear()
    opened = folder.open(POST, EDITED, STATE)
    assert opened.embedded == 1
    assert read[::-1] == ["Rye bread is baked for two hours.", "Rye bread\nRye bread is baked for two hours."]


def test_what_became_of_the_documents_is_reported(folder: Folder) -> None:
    assert str(folder.open(POST, BREAD).changes) == "2 added (post, bread), 0 changed, 0 removed, 0 unchanged"
    assert (
        str(folder.open(EDITED, STATE).changes) == "1 added (state), 1 changed (bread), 1 removed (post), 0 unchanged"
    )
    many = [Document(f"d{number}", "D", "en", f"Number {number}.\n") for number in range(7)]
    assert str(folder.open(*many).changes).startswith("7 added (d0, d1, d2, d3, d4, and 2 more), 0 changed")


def test_an_updated_index_is_the_one_that_would_be_built_anew(
    folder: Folder, embeddings: TextEmbeddings, reader: Reader
) -> None:
    folder.open(POST, BREAD)
    updated = folder.open(STATE, EDITED, POST).index
    anew = build([STATE, EDITED, POST], embeddings, reader.head, 1000)
    rows = range(len(anew.passages))
    assert list(updated.passages) == list(anew.passages)
    assert updated.topics(rows) == anew.topics(rows)
    assert np.array_equal(updated.first_token, anew.first_token)
    assert np.array_equal(updated.first_sentence, anew.first_sentence)
    # Padding to another length in a batch moves the last digits.
    assert np.allclose(updated.store.vectors(rows), anew.store.vectors(rows), atol=1e-5)
    assert np.allclose(updated.sentence_vectors, anew.sentence_vectors, atol=1e-3)
    assert np.abs(np.subtract(updated.token_vectors, anew.token_vectors, dtype=np.int16)).max() <= 1
    assert np.array_equal(updated.bm25.matches("rye bread").of(rows), anew.bm25.matches("rye bread").of(rows))


def test_a_renamed_document_and_another_length_of_passages_embed_nothing_that_is_known(
    folder: Folder, read: list[str]
) -> None:
    folder.open(POST, BREAD)
    read.clear()
    renamed = folder.open(POST, Document("new/name", "Bread", "en", BREAD.text))
    assert renamed.embedded == 0
    assert "new/name" in renamed.index.documents
    assert folder.open(*renamed.index.documents.values(), size=500).embedded == 0
    assert read == []


def test_of_a_damaged_index_the_one_before_is_what_passages_are_taken_from(folder: Folder, read: list[str]) -> None:
    folder.open(POST)
    damaged = folder.open(POST, BREAD).version / "vectors.faiss"
    damaged.write_bytes(damaged.read_bytes()[:100])
    read.clear()
    again = folder.open(POST, BREAD)
    assert again.rebuilt_because == "its file vectors.faiss was changed or cut short"
    assert again.embedded == 2
    assert not any("mailbox" in text for text in read)


def test_a_rebuild_embeds_everything(folder: Folder, embeddings: TextEmbeddings, reader: Reader) -> None:
    folder.open(POST)
    assert open_index(folder.root, Corpus((POST,)), embeddings, reader.head, 1000, rebuild=True).embedded == 1


def test_a_document_of_headings_alone_is_no_reason_to_fail_and_nothing_else_is_one_sentence(folder: Folder) -> None:
    bare = Document("bare", "Bare", "en", "# Heading\n")
    assert set(folder.open(POST, bare).index.manifest.documents) == {"post", "bare"}
    assert folder.open(POST, bare).rebuilt_because is None
    with pytest.raises(ChatbotError, match="nothing to index"):
        folder.open(bare)


def test_of_two_that_need_the_same_index_one_builds_and_the_other_takes_it(folder: Folder) -> None:
    found: list[Opened] = []
    threads = [threading.Thread(target=lambda: found.append(folder.open(POST, BREAD))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(opened.rebuilt_because or "" for opened in found) == ["", "there was none yet"]
    assert found[0].version == found[1].version


def test_an_index_that_was_rolled_back_stays_until_a_document_changes(folder: Folder) -> None:
    first = folder.open(POST)
    second = folder.open(POST, BREAD, serving=first)
    versions.roll_back(folder.root)
    for serving in (None, first, second):
        again = folder.open(POST, BREAD, serving=serving)
        assert (again.version, again.held, again.rebuilt_because) == (first.version, True, None)
    assert again.changes.added == ("bread",)
    mended = folder.open(POST, EDITED)
    assert (mended.held, mended.changes.added) == (False, ("bread",))
    assert folder.open(POST, BREAD).rebuilt_because == "the document bread changed"


def test_rolling_back_twice_serves_the_newer_index_again(folder: Folder) -> None:
    folder.open(POST)
    newer = folder.open(POST, BREAD)
    versions.roll_back(folder.root)
    versions.roll_back(folder.root)
    again = folder.open(POST, BREAD)
    assert (again.version, again.held) == (newer.version, False)
    # The documents as they were in the older one are no reason to hold on to the newer one.
    assert folder.open(POST).rebuilt_because == "the document bread was removed"
