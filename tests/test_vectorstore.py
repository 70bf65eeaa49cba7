"""What holds for every vector store that an index can be searched in, and what for the one in files alone."""

from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document

from chatbot.docstore import Docstore
from chatbot.embedding import TextEmbeddings
from chatbot.milvus_store import MilvusVectorStore
from chatbot.passage_store import PassageStore
from chatbot.vectorstore import PASSAGES, FaissVectorStore

TEXTS = ["The ministry was founded in 2022.", "Bread is baked from rye.", "Digital Post is a mailbox."]
IDS = ["a", 'b "quoted" \\ æ', "c"]


@pytest.fixture(params=["faiss", "milvus"])
def nothing(request: pytest.FixtureRequest, embeddings: TextEmbeddings) -> PassageStore:
    if request.param == "faiss":
        return FaissVectorStore(embeddings)
    return MilvusVectorStore(embeddings, request.getfixturevalue("milvus_lite"), "passages")


@pytest.fixture
def store(nothing: PassageStore) -> PassageStore:
    nothing.add_texts(TEXTS, [{"n": n} for n in range(3)], ids=IDS)
    return nothing


def test_the_nearest_text_comes_first_with_its_similarity(store: PassageStore) -> None:
    found = store.similarity_search_with_score("When was the ministry established?", k=2)
    assert found[0][0].id == "a"
    assert found[0][1] > found[1][1]
    assert found[0][0].metadata == {"n": 0}


def test_it_is_a_langchain_retriever_too(store: PassageStore) -> None:
    (document,) = store.as_retriever(search_kwargs={"k": 1}).invoke("How do I bake rye bread?")
    assert document.page_content == TEXTS[1]


def test_passages_and_vectors_are_read_by_row_in_the_order_asked_for(store: PassageStore) -> None:
    assert [document.id for document in store.at([2, 0])] == ["c", "a"]
    assert [row for row, _ in store] == [0, 1, 2]
    rows, scores = store.nearest_rows(store.vectors([2])[0], 3)
    assert (rows[0], round(float(scores[0]), 3)) == (2, 1)
    assert np.allclose(store.vectors(rows.tolist()) @ store.vectors([2])[0], scores, atol=1e-5)


def test_what_was_deleted_is_not_found_again(store: PassageStore) -> None:
    assert store.delete([IDS[1]])
    assert not store.delete([IDS[1]])
    assert {document.id for document in store.similarity_search("rye bread", k=9)} == {"a", "c"}
    assert [document.id for document in store.get_by_ids(IDS)] == ["a", "c"]
    assert store.delete()
    assert len(store) == 0


def test_a_document_with_a_known_id_replaces_the_old_one(store: PassageStore) -> None:
    store.add_documents([Document("Rye bread is sour.", id=IDS[1])])
    assert len(store) == 3
    assert store.get_by_ids([IDS[1]])[0].page_content == "Rye bread is sour."
    assert [row for row, _ in store] == [0, 2, 3]


def test_two_documents_with_one_id_are_refused(store: PassageStore) -> None:
    with pytest.raises(ValueError, match="the same id"):
        store.add_documents([Document("One.", id="x"), Document("Two.", id="x")])


def test_an_empty_store_finds_nothing(nothing: PassageStore) -> None:
    assert nothing.similarity_search("anything") == []
    assert nothing.get_by_ids(["a"]) == []
    assert nothing.add_texts([]) == []


@pytest.fixture
def in_files(embeddings: TextEmbeddings) -> FaissVectorStore:
    return FaissVectorStore.from_texts(TEXTS, embeddings, ids=IDS)


def test_saved_and_loaded_it_is_the_same(
    in_files: FaissVectorStore, embeddings: TextEmbeddings, tmp_path: Path
) -> None:
    in_files.delete(["a"])
    in_files.save(tmp_path)
    loaded = FaissVectorStore.load(tmp_path, embeddings)
    assert loaded.similarity_search_with_score("a mailbox") == in_files.similarity_search_with_score("a mailbox")
    assert [(row, document.id) for row, document in loaded] == [(0, IDS[1]), (1, "c")]
    assert np.array_equal(loaded.vectors([1]), in_files.vectors([2]))


def test_vectors_and_passages_that_do_not_match_are_refused(
    in_files: FaissVectorStore, embeddings: TextEmbeddings, tmp_path: Path
) -> None:
    in_files.save(tmp_path)
    (tmp_path / PASSAGES).unlink()
    Docstore.write(tmp_path / PASSAGES, in_files.get_by_ids(IDS[:2]))
    with pytest.raises(ValueError, match="3 vectors, but 2 passages"):
        FaissVectorStore.load(tmp_path, embeddings)
