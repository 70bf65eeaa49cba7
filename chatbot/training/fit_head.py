"""Fits the head: two projections, the importance of a question's tokens, and the mix with the first stage's scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from chatbot.late_interaction import Head
from chatbot.progress import Progress
from chatbot.retrieval import Candidate
from chatbot.training.examples import Example, Examples

WIDTH = 128
EPOCHS = 2
_BATCH = 16
_LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Lesson:
    """One question to learn from, with what the first stage found for it."""

    examples: Examples
    example: Example
    found: Sequence[Candidate]

    @property
    def gold(self) -> list[bool]:
        """Which sentences of the candidates, in order, answer."""
        return [
            (candidate.row, sentence) in self.example.gold
            for candidate in self.found
            for sentence in range(len(candidate.passage.sentences))
        ]


class HeadModule(nn.Module):
    """`Head` with gradients; it starts as plain centred MaxSim in the directions that vary most."""

    def __init__(self, query_mean: Tensor, passage_mean: Tensor, basis: Tensor) -> None:
        super().__init__()
        self.query_mean = query_mean
        self.passage_mean = passage_mean
        self.query_matrix = nn.Parameter(basis.clone())
        self.passage_matrix = nn.Parameter(basis.clone())
        self.importance = nn.Parameter(torch.zeros(len(query_mean)))
        self.importance_bias = nn.Parameter(torch.zeros(()))
        self.mix = nn.Parameter(torch.tensor([1.0, 0.5, 0.5, 0.5, 0.0, 0.1]))
        self.sharpness = nn.Parameter(torch.tensor(20.0).log())

    def scores(self, lesson: Lesson) -> Tensor:
        """Logits of all sentences of the candidates, in order, shape [sentences]."""
        index = lesson.examples.index
        asked = torch.from_numpy(lesson.example.encoded.tokens) - self.query_mean
        weights = nn.functional.softplus(asked @ self.importance + self.importance_bias)
        weights = weights / weights.sum()
        query = nn.functional.normalize(asked @ self.query_matrix, dim=-1)
        passages = [index.tokens_of(candidate.row) for candidate in lesson.found]
        raw = torch.from_numpy(np.concatenate([tokens for tokens, _ in passages]).astype(np.float32))
        tokens = nn.functional.normalize((raw - self.passage_mean) @ self.passage_matrix, dim=-1)
        lengths = np.concatenate([np.diff([*first, len(tokens)]) for tokens, first in passages])
        met = torch.segment_reduce(tokens @ query.T, "max", lengths=torch.from_numpy(lengths), axis=0)
        parts: list[Tensor] = []
        for candidate, rows in zip(lesson.found, torch.split(met, [len(first) for _, first in passages]), strict=True):
            count = len(rows)
            in_passage = rows.max(dim=0).values @ weights
            first_stage = [
                torch.full((count,), candidate.dense),
                torch.from_numpy(candidate.sentences),
                torch.full((count,), float(candidate.sentences.max())),
                torch.full((count,), candidate.lexical),
            ]
            parts.append(torch.stack([rows @ weights, in_passage.expand(count), *first_stage], dim=1))
        return (torch.cat(parts) @ self.mix) * self.sharpness.exp()

    def head(self) -> Head:
        """The parameters as the product reads them."""
        values = {name: getattr(self, name).detach().numpy().astype(np.float32) for name in Head.__dataclass_fields__}
        values["mix"] = values["mix"] * np.float32(self.sharpness.exp().item())
        return Head(**values)


def fit_head(lessons: Sequence[Lesson], width: int, epochs: int, seed: int, progress: Progress) -> Head:
    """Learn from the answerable questions by listwise cross-entropy over the sentences of their candidates.

    The same lessons and seed give the same head on the same machine.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    learnable = [lesson for lesson in lessons if any(lesson.gold)]
    module = HeadModule(*_start(learnable, width))
    optimiser = torch.optim.AdamW(
        [
            {"params": [module.query_matrix, module.passage_matrix], "lr": _LEARNING_RATE},
            {"params": [module.importance, module.importance_bias], "lr": 3 * _LEARNING_RATE},
            {"params": [module.mix, module.sharpness], "lr": 20 * _LEARNING_RATE},
        ],
        weight_decay=0.0,
    )
    steps = epochs * -(-len(learnable) // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    done = 0
    for _ in range(epochs):
        order = generator.permutation(len(learnable))
        for start in range(0, len(order), _BATCH):
            batch = [learnable[position] for position in order[start : start + _BATCH]]
            loss = torch.stack([_loss(module, lesson) for lesson in batch]).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            done += 1
            progress("Fitting the head", done, steps)
    return module.head()


def _loss(module: HeadModule, lesson: Lesson) -> Tensor:
    likelihood = torch.log_softmax(module.scores(lesson), dim=0)
    return -torch.logsumexp(likelihood[torch.tensor(lesson.gold)], dim=0)


def _start(lessons: Sequence[Lesson], width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Mean question and passage tokens, and the principal directions of the centred passage tokens."""
    asked = np.concatenate([lesson.example.encoded.tokens for lesson in lessons])
    indexes = {id(lesson.examples): lesson.examples.index for lesson in lessons}.values()
    tokens = torch.from_numpy(np.concatenate([index.token_vectors for index in indexes]).astype(np.float32))
    passage_mean = tokens.mean(dim=0)
    unit = nn.functional.normalize(tokens - passage_mean, dim=-1)
    _, directions = torch.linalg.eigh(unit.T @ unit)
    return torch.from_numpy(asked).mean(dim=0), passage_mean, directions.flip(1)[:, :width].contiguous()
