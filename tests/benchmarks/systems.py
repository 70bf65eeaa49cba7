"""The systems that are compared, each set up as its documentation recommends, hybrid where it offers that.

All of them index paragraphs whole and give their numbers, best first. `Model.query` and `Model.passage` are what the
model wants before a text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

TOP = 10


@dataclass(frozen=True)
class Model:
    """A sentence-transformers folder and its prompts."""

    name: str
    folder: Path
    query: str = ""
    passage: str = ""


class System(Protocol):
    """One system with its model loaded."""

    def index(self, paragraphs: Sequence[str]) -> None:
        """Index the paragraphs, in place of what was indexed before."""

    def search(self, question: str) -> list[int]:
        """The numbers of the ten best paragraphs."""


class Ours:
    """This program: a whole answer with its quote and its confidence, from the default model or another one."""

    def __init__(self, model: Model) -> None:
        from chatbot.embedding_model import load_embeddings
        from chatbot.reader import load_reader
        from chatbot.settings import DEFAULT_MODEL, Settings

        default = model.folder.name == DEFAULT_MODEL
        name = DEFAULT_MODEL if default else str(model.folder)
        self._settings = Settings(embedding_model=name)
        # On no more threads than the others have.
        self._embeddings = load_embeddings(self._settings).in_background()
        self._reader = load_reader(name, self._embeddings.dimension)

    def index(self, paragraphs: Sequence[str]) -> None:
        from chatbot.chatbot import Chatbot
        from chatbot.corpus import Document
        from chatbot.indexing import build

        documents = [Document(f"{number:06}", "", "en", text) for number, text in enumerate(paragraphs)]
        index = build(documents, self._embeddings, self._reader.head, self._settings.passage_characters)
        self._chatbot = Chatbot(index, self._embeddings, self._reader, self._settings)

    def search(self, question: str) -> list[int]:
        trace = self._chatbot.trace(question)
        return [int(candidate.passage.document.id) for candidate in trace.candidates[:TOP]]


class Txtai:
    def __init__(self, model: Model) -> None:
        from txtai import Embeddings

        instructions = {"query": model.query, "data": model.passage}
        self._embeddings: Any = Embeddings(
            path=str(model.folder), method="sentence-transformers", hybrid=True, instructions=instructions, gpu=False
        )

    def index(self, paragraphs: Sequence[str]) -> None:
        self._embeddings.index(paragraphs)

    def search(self, question: str) -> list[int]:
        return [number for number, _ in self._embeddings.search(question, TOP)]


class Haystack:
    def __init__(self, model: Model) -> None:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
            SentenceTransformersTextEmbedder,
        )

        options = {"model": str(model.folder), "progress_bar": False}
        self._documents = SentenceTransformersDocumentEmbedder(prefix=model.passage, **options)
        self._documents.warm_up()
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._pipeline = Pipeline()
        self._pipeline.add_component("words", InMemoryBM25Retriever(self._store))
        self._pipeline.add_component("text", SentenceTransformersTextEmbedder(prefix=model.query, **options))
        self._pipeline.add_component("vectors", InMemoryEmbeddingRetriever(self._store))
        self._pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP))
        self._pipeline.connect("text.embedding", "vectors.query_embedding")
        self._pipeline.connect("words", "joined")
        self._pipeline.connect("vectors", "joined")

    def index(self, paragraphs: Sequence[str]) -> None:
        from haystack import Document

        self._store.delete_all_documents()
        documents = [Document(id=str(number), content=text) for number, text in enumerate(paragraphs)]
        self._store.write_documents(self._documents.run(documents)["documents"])

    def search(self, question: str) -> list[int]:
        found = self._pipeline.run({"words": {"query": question}, "text": {"text": question}})
        return [int(document.id) for document in found["joined"]["documents"]]


class LangChain:
    def __init__(self, model: Model) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(
            model_name=str(model.folder),
            encode_kwargs={"prompt": model.passage},
            query_encode_kwargs={"prompt": model.query},
        )

    def index(self, paragraphs: Sequence[str]) -> None:
        from langchain_community.vectorstores import FAISS

        numbers = [{"number": number} for number in range(len(paragraphs))]
        self._store = FAISS.from_texts(list(paragraphs), self._embeddings, metadatas=numbers)

    def search(self, question: str) -> list[int]:
        return [document.metadata["number"] for document in self._store.similarity_search(question, TOP)]


class LlamaIndex:
    def __init__(self, model: Model) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embeddings = HuggingFaceEmbedding(
            model_name=str(model.folder), query_instruction=model.query, text_instruction=model.passage, device="cpu"
        )

    def index(self, paragraphs: Sequence[str]) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(id_=str(number), text=text) for number, text in enumerate(paragraphs)]
        index = VectorStoreIndex(nodes, embed_model=self._embeddings)
        self._retriever = index.as_retriever(similarity_top_k=TOP)

    def search(self, question: str) -> list[int]:
        return [int(found.node.node_id) for found in self._retriever.retrieve(question)]


SYSTEMS: dict[str, Callable[[Model], System]] = {
    "ours": Ours,
    "txtai": Txtai,
    "haystack": Haystack,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
}
