"""The default model on onnxruntime: no torch, no word table in memory, one thread a text."""

import json
import struct
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.e5_graph import GRAPH, INPUTS, OUTPUT
from chatbot.embedding import Encoded, TextEmbeddings, Vectors, own_tokens
from chatbot.errors import ChatbotError

TENSORS, TOKENIZER, CONFIGURATION = "model.safetensors", "tokenizer.json", "config.json"


class OnnxEmbeddings(TextEmbeddings):
    """Vectors from a folder that `e5_assembly.assemble` wrote."""

    def __init__(self, folder: Path, name: str, fingerprint: str, prompts: Mapping[str, str], threads: int = 1) -> None:
        super().__init__(name, fingerprint, prompts, threads)
        self._inputs = EncoderInputs(folder)
        try:
            self._session = session((folder / GRAPH).read_bytes(), threads)
        except Exception as error:
            raise ChatbotError(
                f"The embedding model in {folder} could not be loaded ({type(error).__name__}). Delete that folder; "
                "it is made again."
            ) from error

    @property
    def dimension(self) -> int:
        return self._inputs.dimension

    def encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        tokenized = self._inputs.tokenize([prompt + text for text in texts])
        (states,) = self._session.run([OUTPUT], self._inputs.of(tokenized))
        encoded = []
        for tokens, text in zip(states, tokenized, strict=True):
            real = np.asarray(text.attention_mask, bool)
            own, offsets = _own(text, prompt)
            mean = tokens[real].mean(axis=0)
            encoded.append(Encoded(mean / np.linalg.norm(mean), tokens[own], offsets))
        return encoded

    def encode_many(self, batches: Iterable[Sequence[str]], prompt: str) -> Iterator[list[Encoded]]:
        workers = max(1, self.indexing_threads // self.threads)
        ahead: deque[Future[list[Encoded]]] = deque()
        with ThreadPoolExecutor(workers, thread_name_prefix="encoding") as pool:
            for batch in batches:
                ahead.append(pool.submit(self.encode, batch, prompt))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def offsets(self, text: str, prompt: str) -> NDArray[np.int64]:
        return _own(self._inputs.tokenize([prompt + text])[0], prompt)[1]


def _own(tokenized: Any, prompt: str) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    return own_tokens(np.asarray(tokenized.offsets), np.asarray(tokenized.special_tokens_mask, bool), prompt)


class EncoderInputs:
    """What the encoder takes in: tokens, looked up in the word table, which stays on the disk."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        configuration = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(configuration["max_position_embeddings"])
        self._tokenizer.enable_padding(pad_id=configuration["pad_token_id"], pad_token="<pad>")  # noqa: S106 - no password
        self._words = _mapped(folder / TENSORS, "embeddings.word_embeddings.weight")
        with safe_open(folder / TENSORS, "numpy") as tensors:
            types: Vectors = tensors.get_tensor("embeddings.token_type_embeddings.weight")
            self._positions: Vectors = tensors.get_tensor("embeddings.position_embeddings.weight") + types[0]

    @property
    def dimension(self) -> int:
        return int(self._words.shape[1])

    def tokenize(self, texts: Sequence[str]) -> list[Any]:
        """The texts as `tokenizers.Encoding`, padded to the longest."""
        found: list[Any] = self._tokenizer.encode_batch(texts)
        return found

    def of(self, tokenized: Sequence[Any]) -> dict[str, NDArray[Any]]:
        """The graph's inputs by their names."""
        ids = np.array([text.ids for text in tokenized])
        mask = np.array([text.attention_mask for text in tokenized], np.int32)
        return dict(zip(INPUTS, (self._words[ids] + self._positions[: ids.shape[1]], mask), strict=True))


def session(graph: bytes, threads: int) -> Any:
    """An onnxruntime session whose threads sleep while there is nothing to do."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Beyond this it fuses sums and layer norms into an operation that is many times slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _mapped(path: Path, name: str) -> Vectors:
    """A float32 tensor of a safetensors file, mapped into memory: a length, a JSON header, then the data."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        tensor = json.loads(file.read(length))[name]
    return np.memmap(path, np.float32, "r", 8 + length + tensor["data_offsets"][0], tuple(tensor["shape"]))
