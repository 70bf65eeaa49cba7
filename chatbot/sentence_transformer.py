"""Any sentence-transformers model behind the interface of `embedding`."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot import e5_assembly
from chatbot.e5_adapters import load_adapters
from chatbot.embedding import Encoded, TextEmbeddings, own_tokens
from chatbot.errors import ChatbotError
from chatbot.settings import DEFAULT_MODEL


class SentenceTransformerEmbeddings(TextEmbeddings):
    """Vectors from a sentence-transformers model, with its own query and passage prompts."""

    def __init__(self, model: Any, name: str, fingerprint: str, threads: int = 1) -> None:
        import torch

        torch.set_num_threads(threads)
        super().__init__(name, fingerprint, _prompts(model), threads)
        self._model = model.eval()

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        import torch

        offsets, special, batch = self._tokenize(texts, prompt)
        with torch.inference_mode():
            output = self._model(batch)
        tokens = output["token_embeddings"].numpy()
        vectors = output["sentence_embedding"].numpy()
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        encoded = []
        for vector, states, places, added in zip(vectors, tokens, offsets, special, strict=True):
            own, kept = own_tokens(places, added, prompt)
            encoded.append(Encoded(vector, states[own], kept))
        return encoded

    def encode_many(self, batches: Iterable[Sequence[str]], prompt: str) -> Iterator[list[Encoded]]:
        import torch

        torch.set_num_threads(self.indexing_threads)
        try:
            for batch in batches:
                yield self.encode(batch, prompt)
        finally:
            torch.set_num_threads(self.threads)

    def offsets(self, text: str, prompt: str) -> NDArray[np.int64]:
        offsets, special, _ = self._tokenize([text], prompt)
        return own_tokens(offsets[0], special[0], prompt)[1]

    def _tokenize(
        self, texts: Sequence[str], prompt: str
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], dict[str, Any]]:
        """Offsets, [texts, tokens, 2]; which tokens are special or padding, [texts, tokens]; what the model takes."""
        batch = self._model.tokenizer(
            [prompt + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        offsets = batch.pop("offset_mapping").numpy()
        special = batch.pop("special_tokens_mask").numpy().astype(bool)
        return offsets, special, dict(batch)


def load_sentence_transformer(name: str, threads: int) -> SentenceTransformerEmbeddings:
    """The model of that Hugging Face name or in that local folder.

    Raises:
        ChatbotError: it cannot be found or loaded.
    """
    source = e5_assembly.HUGGING_FACE_NAME if name == DEFAULT_MODEL else name
    model = _load(source, offline=Path(source).is_dir())
    if source == e5_assembly.HUGGING_FACE_NAME:
        model.prompts = dict(e5_assembly.PROMPTS)
    if name == DEFAULT_MODEL:
        _adapt(model)
    return SentenceTransformerEmbeddings(model, name, _fingerprint(model), threads)


def _adapt(model: Any) -> None:
    """Make of the model as Hugging Face has it the one that the reader was trained on, but for its 4-bit weights."""
    import torch

    parameters = dict(model[0].auto_model.named_parameters())
    with torch.no_grad():
        for key, added in e5_assembly.additions(load_adapters()).items():
            parameters[key] += torch.from_numpy(added)


def _prompts(model: Any) -> Mapping[str, str]:
    known = model.prompts or {}
    return {"query": known.get("query") or "", "passage": known.get("passage") or known.get("document") or ""}


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
