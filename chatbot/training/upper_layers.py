"""The encoder's upper layers with gradients: its own weights stay, the adapters learn."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from chatbot.e5_adapters import DOWN, UP, Adapters
from chatbot.e5_weights import Weights
from chatbot.training.groups import States

RANK = 8
# What an adapter's product is multiplied with while it learns.
_SCALE = 2.0


class _Linear(nn.Module):
    """A linear layer of the encoder and its adapter, which adds nothing at first."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.bias = torch.tensor(weights.tensors[f"{name}.b"])
        self.matrix = torch.tensor(weights.tensors[f"{name}.w"]).reshape(len(self.bias), -1)
        inputs = self.matrix.shape[1]
        self.down = nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(len(self.bias), RANK))

    def forward(self, values: Tensor) -> Tensor:
        learned = nn.functional.linear(nn.functional.linear(values, self.down), self.up)
        return nn.functional.linear(values, self.matrix, self.bias) + _SCALE * learned


class _Layer(nn.Module):
    """A layer of BERT."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self._heads, self._epsilon = weights.heads, weights.epsilon
        self._norms = {
            norm: [torch.tensor(weights.tensors[f"{name}.{norm}.{part}"]) for part in "wb"] for norm in ("aln", "oln")
        }
        self.linear = nn.ModuleDict(
            {part: _Linear(weights, f"{name}.{part}") for part in ("q", "k", "v", "ao", "fi", "fo")}
        )

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        texts, tokens, hidden = states.shape
        query, key, value = (
            self.linear[part](states).view(texts, tokens, self._heads, -1).transpose(1, 2) for part in "qkv"
        )
        attended = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        attended = attended.transpose(1, 2).reshape(texts, tokens, hidden)
        states = self._norm("aln", states + self.linear["ao"](attended))
        inner = nn.functional.gelu(self.linear["fi"](states))
        return self._norm("oln", states + self.linear["fo"](inner))

    def _norm(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._norms[name]
        return nn.functional.layer_norm(states, states.shape[-1:], weight, bias, self._epsilon)


class UpperLayers(nn.Module):
    """All layers from `first` on."""

    def __init__(self, weights: Weights, first: int) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(
            {f"l{layer}": _Layer(weights, f"l{layer}") for layer in range(first, weights.layers)}
        )

    def forward(self, texts: Sequence[States]) -> tuple[Tensor, Tensor]:
        """The last hidden states, shape [texts, tokens, hidden], and the texts as unit vectors, [texts, hidden]."""
        states = nn.utils.rnn.pad_sequence([torch.from_numpy(text).float() for text in texts], batch_first=True)
        lengths = torch.tensor([len(text) for text in texts])
        mask = torch.arange(states.shape[1])[None, :] < lengths[:, None]
        for layer in self.layers.values():
            states = layer(states, mask)
        return states, nn.functional.normalize((states * mask[..., None]).sum(dim=1), dim=-1)

    def adapters(self) -> Adapters:
        """What was learned, as the product reads it."""
        learned = {}
        for name, module in self.named_modules():
            if isinstance(module, _Linear):
                _, layer, _, part = name.split(".")
                learned[f"{layer}.{part}{DOWN}"] = module.down.detach().numpy().astype(np.float16)
                learned[f"{layer}.{part}{UP}"] = (_SCALE * module.up.detach().numpy()).astype(np.float16)
        return learned
