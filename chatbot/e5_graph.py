"""The encoder of `e5_weights` as an ONNX graph: from summed embeddings to token vectors, in 8-bit arithmetic.

Weights are 8 bit with a scale for each output; activations are 8 bit with a fixed scale, so that a text's vectors do not
depend on what it is computed together with. Some channels of a BERT encoder are twenty times the others; what such a
channel is divided by, its weights are multiplied with (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).

The word table, four fifths of all parameters, stays outside: only the rows in use are ever read.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.e5_weights import Weights

RANGES = Path(__file__).parent / "weights" / "e5_ranges.safetensors"
GRAPH = "encoder.onnx"
INPUTS, OUTPUT = ("embeddings", "mask"), "tokens"

# How much of a channel's size goes into its weights: of 0.4 to 1, the one whose vectors were nearest to those of float32.
_SMOOTHING = 0.75
_OPSETS = {"": 21, "com.microsoft": 1}
_IR_VERSION = 10

Ranges = Mapping[str, NDArray[np.float16]]


def encoder(weights: Weights, ranges: Ranges | None) -> bytes:
    """The graph as a serialised ONNX model.

    It takes `embeddings` (word, position and type, summed; [texts, tokens, hidden]) and `mask` (int32, 1 for a token, 0
    for padding; [texts, tokens]), and gives `tokens`, the last hidden state, [texts, tokens, hidden].

    Args:
        weights: of the encoder.
        ranges: the lowest and highest value of every channel that a linear layer takes in, shape [2, channels] each, by
            the layer's name. Without them everything is float32, and those inputs are outputs by the same names.
    """
    return _Graph(weights, ranges).serialised()


def load_ranges() -> Ranges:
    """The ranges that `chatbot.training.encoder` measured."""
    from safetensors.numpy import load_file

    return load_file(RANGES)


class _Graph:
    def __init__(self, weights: Weights, ranges: Ranges | None) -> None:
        self._weights = weights
        self._ranges = ranges
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._seen: list[str] = []

    def serialised(self) -> bytes:
        from onnx import TensorProto, helper

        states = self._norm("embeddings", "emb.ln")
        for layer in range(self._weights.layers):
            states = self._block(f"l{layer}", states)
        self._node("Identity", [states], OUTPUT)
        embeddings = helper.make_tensor_value_info(
            INPUTS[0], TensorProto.FLOAT, ["texts", "tokens", self._weights.hidden]
        )
        mask = helper.make_tensor_value_info(INPUTS[1], TensorProto.INT32, ["texts", "tokens"])
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", "tokens", None])
            for name in (OUTPUT, *self._seen)
        ]
        graph = helper.make_graph(self._nodes, "encoder", [embeddings, mask], outputs, self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        serialised: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
        return serialised

    def _block(self, name: str, states: str) -> str:
        joint = self._linear(f"{name}.qkv", states, [f"{name}.q", f"{name}.k", f"{name}.v"])
        parts = [f"{name}.query", f"{name}.key", f"{name}.value"]
        self._node("Split", [joint], *parts, axis=-1, num_outputs=3)
        attended = self._node(
            "MultiHeadAttention",
            [*parts, "", INPUTS[1]],
            f"{name}.attended",
            domain="com.microsoft",
            num_heads=self._weights.heads,
        )
        states = self._joined(f"{name}.aln", states, self._linear(f"{name}.ao", attended, [f"{name}.ao"]))
        inner = self._linear(f"{name}.fi", states, [f"{name}.fi"])
        inner = self._node("Gelu", [inner], f"{name}.inner", domain="com.microsoft")
        return self._joined(f"{name}.oln", states, self._linear(f"{name}.fo", inner, [f"{name}.fo"]))

    def _joined(self, name: str, states: str, added: str) -> str:
        # One fused SkipLayerNormalization would be slower: it is not vectorised.
        return self._norm(self._node("Add", [added, states], f"{name}.sum"), name)

    def _norm(self, states: str, name: str) -> str:
        tensors = self._weights.tensors
        inputs = [
            states,
            self._constant(f"{name}.w", tensors[f"{name}.w"]),
            self._constant(f"{name}.b", tensors[f"{name}.b"]),
        ]
        return self._node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=self._weights.epsilon)

    def _linear(self, name: str, states: str, parts: list[str]) -> str:
        """A linear layer; several with the same input make one."""
        tensors = self._weights.tensors
        bias = np.concatenate([tensors[f"{part}.b"] for part in parts])
        matrix = np.concatenate([tensors[f"{part}.w"] for part in parts]).reshape(len(bias), -1)
        shift = self._constant(f"{name}.bias", bias)
        if self._ranges is None:
            self._node("Identity", [states], name)
            self._seen.append(name)
            product = self._node("MatMul", [states, self._constant(f"{name}.matrix", matrix.T)], f"{name}.product")
            return self._node("Add", [product, shift], f"{name}.out")
        lowest, highest = self._ranges[name].astype(np.float32)
        divisors = _divisors(matrix, np.maximum(np.abs(lowest), np.abs(highest)))
        smooth = self._node("Mul", [states, self._constant(f"{name}.smoothing", 1 / divisors)], f"{name}.smooth")
        low, high = float((lowest / divisors).min()), float((highest / divisors).max())
        step = np.float32((high - low) / 255)
        scale = self._constant(f"{name}.scale", step)
        zero = self._constant(f"{name}.zero", np.uint8(np.clip(np.rint(-low / step), 0, 255)))
        codes = self._node("QuantizeLinear", [smooth, scale, zero], f"{name}.codes")
        matrix = matrix * divisors
        steps = np.abs(matrix).max(axis=1) / 127
        inputs = [
            codes,
            self._constant(f"{name}.matrix", np.rint(matrix / steps[:, None]).astype(np.int8).T),
            scale,
            self._constant(f"{name}.scales", steps.astype(np.float32)),
            zero,
            self._constant(f"{name}.zeros", np.zeros(len(bias), np.int8)),
            shift,
        ]
        return self._node("MatMulIntegerToFloat", inputs, f"{name}.out", domain="com.microsoft")

    def _node(self, kind: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def _constant(self, name: str, values: NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values).reshape(values.shape), name))
        return name


def _divisors(matrix: NDArray[np.float32], largest: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each input channel is divided by, shape [channels], with a geometric mean of one."""
    weighed = np.maximum(np.abs(matrix).max(axis=0), 1e-6)
    divisors = np.maximum(largest**_SMOOTHING / weighed ** (1 - _SMOOTHING), 1e-4)
    return (divisors / np.exp(np.log(divisors).mean())).astype(np.float32)  # type: ignore[no-any-return]
