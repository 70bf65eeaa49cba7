"""Retrieval over an index in files and over one in a Milvus: the same passages, the same scores, the same care."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot import versions
from chatbot.corpus import Corpus, Document
from chatbot.embedding import TextEmbeddings
from chatbot.engine import FAISS, Engine
from chatbot.errors import ChatbotError
from chatbot.index import Index
from chatbot.indexing import Opened, build, open_index
from chatbot.milvus import MilvusEngine
from chatbot.reader import Reader
from chatbot.retrieval import HybridRetriever, candidates

POST = Document("post", "Post", "en", "Digital Post is a mailbox. It was made law in 2014.\n")
BREAD = Document(
    "bread", "Bread", "en", "# Rye bread\n\nRye bread is baked for an hour.\n\n# Sour\n\nDough is left alone.\n"
)
DOTS = Document("dots", "Dots", "en", "…\n")
QUESTIONS = ("When was the mailbox made law?", "How long is rye bread baked?", "What of xylophones?", "?")

Open = Callable[..., Opened]


@pytest.fixture(params=["FAISS", "Milvus"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "FAISS":
        return FAISS
    (tmp_path / "index").mkdir()
    return MilvusEngine(request.getfixturevalue("milvus_lite"), "Milvus Lite", tmp_path / "index")


@pytest.fixture
def open_(tmp_path: Path, embeddings: TextEmbeddings, reader: Reader, engine: Engine) -> Open:
    def opened(*documents: Document, engine: Engine = engine, serving: Opened | None = None) -> Opened:
        corpus = Corpus(documents)
        return open_index(tmp_path / "index", corpus, embeddings, reader.head, 1000, engine=engine, serving=serving)

    return opened


def scored(index: Index, embeddings: TextEmbeddings, without: str = "") -> list[list[tuple[str, float]]]:
    found = []
    for question in QUESTIONS:
        vector = embeddings.question(question).vector
        best = candidates(index, question, vector, 3, 0.1, [without] if without else ())
        found.append([(candidate.passage.id, round(candidate.score, 4)) for candidate in best])
    return found


@pytest.mark.parametrize("without", ["", "bread"])
def test_passages_and_scores_are_those_of_exact_search_and_the_local_bm25(
    open_: Open, embeddings: TextEmbeddings, reader: Reader, without: str
) -> None:
    index = open_(POST, BREAD, DOTS).index
    expected = build([POST, BREAD, DOTS], embeddings, reader.head, 1000)
    assert scored(index, embeddings, without) == scored(expected, embeddings, without)
    assert list(index.passages) == list(expected.passages)


def test_it_is_a_langchain_retriever_with_scores(open_: Open, embeddings: TextEmbeddings) -> None:
    best, *_ = HybridRetriever(index=open_(POST, BREAD).index, embeddings=embeddings).invoke("How long is bread baked?")
    assert best.page_content == "Rye bread is baked for an hour."
    assert best.metadata["start_index"] == BREAD.text.index("Rye bread is")
    assert 0 < best.metadata["score"] <= 1


def test_an_update_embeds_what_changed_and_the_index_before_is_untouched(open_: Open) -> None:
    before = open_(POST, BREAD)
    after = open_(Document("post", "Post", "en", "Digital Post is no mailbox.\n"), BREAD, serving=before)
    assert after.embedded == 1
    assert before.index.passages[0].text == POST.text.strip()
    assert after.index.passages[0].text == "Digital Post is no mailbox."


def test_one_step_back_is_the_index_before(open_: Open, tmp_path: Path) -> None:
    open_(POST)
    open_(POST, BREAD)
    open_(POST, BREAD, DOTS)
    versions.roll_back(tmp_path / "index")
    again = open_(POST, BREAD, DOTS)
    assert (again.held, set(again.index.documents)) == (True, {"post", "bread"})
    assert again.index.passages.at([0])[0].document == POST


def test_moving_to_a_server_takes_the_embedded_passages_along(open_: Open, milvus_lite: Any, tmp_path: Path) -> None:
    open_(POST, BREAD, engine=FAISS)
    moved = open_(POST, BREAD, engine=MilvusEngine(milvus_lite, "Another", tmp_path / "index"))
    assert (moved.embedded, moved.rebuilt_because) == (0, "it was made for FAISS, and Another is set now")


class TestMilvus:
    """What is of a server alone."""

    @pytest.fixture
    def engine(self, milvus_lite: Any, tmp_path: Path) -> MilvusEngine:
        (tmp_path / "index").mkdir()
        return MilvusEngine(milvus_lite, "Milvus Lite", tmp_path / "index")

    def test_an_alias_names_the_current_collection_and_older_ones_go(
        self, open_: Open, milvus_lite: Any, tmp_path: Path
    ) -> None:
        opened = [open_(POST), open_(BREAD), open_(POST, BREAD)]
        collections = [self.collection(each) for each in opened[1:]]
        alias = (tmp_path / "index" / "collections").read_text(encoding="utf-8").split()[0]
        client = milvus_lite
        assert client.describe_alias(alias)["collection_name"] == collections[1]
        versions.roll_back(tmp_path / "index")
        open_(POST, BREAD)
        assert client.describe_alias(alias)["collection_name"] == collections[0]
        open_(DOTS)
        assert self.collection(opened[1]) in client.list_collections()
        assert len(client.list_collections()) == 3

    @pytest.mark.parametrize("damage", ["dropped", "emptied"])
    def test_a_collection_that_was_tampered_with_is_noticed(self, open_: Open, milvus_lite: Any, damage: str) -> None:
        collection = self.collection(open_(POST, BREAD))
        if damage == "dropped":
            for alias in milvus_lite.list_aliases(collection)["aliases"]:
                milvus_lite.drop_alias(alias)
            milvus_lite.drop_collection(collection)
        else:
            milvus_lite.delete(collection, ids=[0])
        again = open_(POST, BREAD)
        assert again.rebuilt_because == "its files do not fit together (ValueError)"
        assert np.array_equal(again.index.passages.at([0])[0].text, POST.text.strip())

    def test_a_server_that_cannot_be_reached_is_one_sentence_without_the_password(self, tmp_path: Path) -> None:
        with pytest.raises(ChatbotError, match=r"^Milvus at localhost:9 does not do as it is told") as caught:
            MilvusEngine.at("http://someone:secret@localhost:9", tmp_path)
        assert "secret" not in str(caught.value)

    @staticmethod
    def collection(opened: Opened) -> str:
        return str(json.loads((opened.version / "milvus.json").read_text(encoding="utf-8"))["collection"])
