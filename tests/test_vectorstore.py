from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document

from chatbot.docstore import Docstore
from chatbot.embedding import SentenceTransformerEmbeddings
from chatbot.vectorstore import PASSAGES, FaissVectorStore

TEXTS = ["The ministry was founded in 2022.", "Bread is baked from rye.", "Digital Post is a mailbox."]


@pytest.fixture
def store(embeddings: SentenceTransformerEmbeddings) -> FaissVectorStore:
    return FaissVectorStore.from_texts(TEXTS, embeddings, [{"n": n} for n in range(3)], ids=["a", "b", "c"])


def test_the_nearest_text_comes_first_with_its_similarity(store: FaissVectorStore) -> None:
    found = store.similarity_search_with_score("When was the ministry established?", k=2)
    assert found[0][0].id == "a"
    assert found[0][1] > found[1][1]
    assert found[0][0].metadata == {"n": 0}


def test_it_is_a_langchain_retriever_too(store: FaissVectorStore) -> None:
    (document,) = store.as_retriever(search_kwargs={"k": 1}).invoke("How do I bake rye bread?")
    assert document.page_content == TEXTS[1]


def test_what_was_deleted_is_not_found_again(store: FaissVectorStore) -> None:
    assert store.delete(["b"])
    assert not store.delete(["b"])
    assert [document.id for document in store.similarity_search("rye bread", k=9)] != []
    assert "b" not in [document.id for document in store.similarity_search("rye bread", k=9)]
    assert [document.id for document in store.get_by_ids(["a", "b", "c"])] == ["a", "c"]


def test_a_document_with_a_known_id_replaces_the_old_one(store: FaissVectorStore) -> None:
    store.add_documents([Document("Rye bread is sour.", id="b")])
    assert len(store) == 3
    assert store.get_by_ids(["b"])[0].page_content == "Rye bread is sour."


def test_saved_and_loaded_it_is_the_same(
    store: FaissVectorStore, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    store.delete(["a"])
    store.save(tmp_path)
    loaded = FaissVectorStore.load(tmp_path, embeddings)
    assert loaded.similarity_search_with_score("a mailbox") == store.similarity_search_with_score("a mailbox")
    assert [document.id for _, document in loaded] == ["b", "c"]
    assert np.array_equal(loaded.vectors([1]), store.vectors([2]))


def test_vectors_and_passages_that_do_not_match_are_refused(
    store: FaissVectorStore, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    store.save(tmp_path)
    (tmp_path / PASSAGES).unlink()
    Docstore.write(tmp_path / PASSAGES, store.get_by_ids(["a", "b"]))
    with pytest.raises(ValueError, match="3 vectors, but 2 passages"):
        FaissVectorStore.load(tmp_path, embeddings)


def test_an_empty_store_finds_nothing(embeddings: SentenceTransformerEmbeddings) -> None:
    assert FaissVectorStore(embeddings).similarity_search("anything") == []
