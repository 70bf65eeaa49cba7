"""What the last layers of the default encoder learned for this product, as low-rank adapters.

An adapter adds the product of two narrow matrices to a layer's weights (LoRA, Hu et al. 2021, arXiv:2106.09685). It is
added once, when the model is assembled: the encoder that answers is as large and as fast as without.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot.e5_weights import Weights

ADAPTERS = Path(__file__).parent / "weights" / "e5_adapters.safetensors"
DOWN, UP = ".down", ".up"

Adapters = Mapping[str, NDArray[np.float16]]


def load_adapters() -> Adapters:
    """The adapters that `chatbot.training.encoder` fitted: `NAME.down`, shape [rank, inputs], and `NAME.up`,
    [outputs, rank], for each layer that has one."""
    from safetensors.numpy import load_file

    return load_file(ADAPTERS)


def adapted(weights: Weights, adapters: Adapters) -> Weights:
    """The weights with what the adapters add to them."""
    added = {f"{name}.w": addition(adapters, name).reshape(-1) for name in layers(adapters)}
    tensors = {name: values + added[name] if name in added else values for name, values in weights.tensors.items()}
    return replace(weights, tensors=tensors)


def layers(adapters: Adapters) -> list[str]:
    """The linear layers that have an adapter, by their names in `Weights.tensors`."""
    return [name.removesuffix(DOWN) for name in adapters if name.endswith(DOWN)]


def addition(adapters: Adapters, name: str) -> NDArray[np.float32]:
    """What is added to one layer's matrix, shape [outputs, inputs]."""
    return adapters[name + UP].astype(np.float32) @ adapters[name + DOWN].astype(np.float32)
