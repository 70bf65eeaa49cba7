"""Fits the answerability model on questions with the sentences that answer them, or nearly do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chatbot.answerability import HEADS, MAX_SENTENCE_TOKENS, QUESTION_SCALE, SENTENCE_SCALE, AnswerabilityModel, Met
from chatbot.arrays import Floats
from chatbot.progress import Progress

_WIDTH, _INNER, _LAYERS = 96, 192, 2
_BATCH = 16  # questions
_LEARNING_RATE = 1e-3
_WARM_UP = 100
_DROPOUT = 0.2
_SPAN_WEIGHT = 0.5
_MASKED = -1e4


@dataclass(frozen=True)
class Pair:
    """A question and a sentence, as `AnswerabilityModel.logits` takes them, and whether the sentence answers.

    `span` marks the sentence's tokens that are the answer, where it is one.
    """

    question: Floats
    met: Met
    answers: bool
    span: NDArray[np.bool_] | None


class _Block(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(_WIDTH), nn.LayerNorm(_WIDTH)
        self.qkv, self.mixed = nn.Linear(_WIDTH, 3 * _WIDTH), nn.Linear(_WIDTH, _WIDTH)
        self.inner, self.outer = nn.Linear(_WIDTH, _INNER), nn.Linear(_INNER, _WIDTH)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = states.shape
        joint = self.qkv(self.norm1(states)).view(batch, length, 3, HEADS, _WIDTH // HEADS)
        query, key, value = joint.permute(2, 0, 3, 1, 4)
        weights = query @ key.transpose(-1, -2) / (_WIDTH // HEADS) ** 0.5
        weights = weights.masked_fill(~mask[:, None, None, :], _MASKED).softmax(-1)
        attended = (weights @ value).transpose(1, 2).reshape(batch, length, _WIDTH)
        states = states + self.dropout(self.mixed(attended))
        inner = nn.functional.gelu(self.inner(self.norm2(states)), approximate="tanh")
        result: Tensor = states + self.dropout(self.outer(inner))
        return result


class AnswerabilityModule(nn.Module):
    """`AnswerabilityModel` with gradients, for padded batches; parameters have the same names."""

    def __init__(self, dimension: int, width: int, parts: int) -> None:
        super().__init__()
        self.question, self.sentence = nn.Linear(dimension, _WIDTH), nn.Linear(width, _WIDTH)
        self.met = nn.Linear(3, _WIDTH)
        self.blocks = nn.ModuleList(_Block() for _ in range(_LAYERS))
        self.norm = nn.LayerNorm(_WIDTH)
        self.span, self.attention, self.out = (nn.Linear(_WIDTH, 1) for _ in range(3))
        self.parts = nn.Linear(parts, 1)
        self.noise, self.dropout = nn.Dropout(_DROPOUT / 2), nn.Dropout(_DROPOUT)

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor]:
        """Logits of the pairs, shape [pairs], and of each sentence token being in the answer, [pairs, tokens]."""
        asked = self.question(self.noise(batch.question * QUESTION_SCALE)) + self.met(batch.met)
        sentence = self.sentence(self.noise(batch.sentence * SENTENCE_SCALE))
        mask = torch.cat([batch.question_mask, batch.sentence_mask], dim=1)
        states = torch.cat([asked, sentence], dim=1)
        for block in self.blocks:
            states = block(states, mask)
        states = self.norm(states)
        span = self.span(states[:, asked.shape[1] :])[..., 0].masked_fill(~batch.sentence_mask, -30.0)
        attention = self.attention(states)[..., 0].masked_fill(~mask, _MASKED).softmax(-1)
        pooled = (attention[..., None] * states).sum(dim=1)
        value = self.out(self.dropout(pooled)) + self.parts(batch.parts)
        return value[:, 0] + 0.5 * torch.logsumexp(span, dim=1), span

    def model(self) -> AnswerabilityModel:
        """The parameters as the product reads them."""
        return AnswerabilityModel({name: value.detach().numpy().copy() for name, value in self.named_parameters()})


@dataclass(frozen=True)
class Batch:
    """Pairs side by side, padded: what `Pair` and its `Met` hold, with masks for what is no padding; `located` are the pairs
    of whose sentence is known where in it the answer stands, or that it holds none."""

    question: Tensor
    question_mask: Tensor
    met: Tensor
    sentence: Tensor
    sentence_mask: Tensor
    parts: Tensor
    answers: Tensor
    span: Tensor
    located: Tensor


def fit_answerability(
    questions: Sequence[Sequence[Pair]], epochs: int, seed: int, progress: Progress
) -> AnswerabilityModel:
    """Learn which of a question's sentences answers it, or that none does, and where in it the answer stands.

    The same questions, each with its pairs, and the same seed give the same model on the same machine.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    first = questions[0][0]
    module = AnswerabilityModule(first.question.shape[1], first.met.sentence.shape[1], len(first.met.parts))
    optimiser = torch.optim.AdamW(module.parameters(), lr=_LEARNING_RATE, weight_decay=0.05)
    steps = epochs * -(-len(questions) // _BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / _WARM_UP) * (1 - step / steps)
    )
    done = 0
    for _ in range(epochs):
        for chosen in _batches(questions, generator):
            several = [questions[position] for position in chosen]
            batch = _collate([pair for pairs in several for pair in pairs])
            loss = answerability_loss(module, batch, [len(pairs) for pairs in several])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(module.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            progress("Fitting the answerability model", done, steps)
    return module.model()


def answerability_loss(module: AnswerabilityModule, batch: Batch, counts: Sequence[int]) -> Tensor:
    """Cross-entropy over each question's sentences and none of them, which has the logit 0; over each sentence for itself;
    and over their tokens. `counts` are the sentences of each question, which follow each other in the batch."""
    logits, span = module(batch)
    scores = _by_question(logits, counts, 0.0, _MASKED)
    answers = _by_question(batch.answers, counts, 0.0, 0.0)
    answers[:, 0] = answers.sum(dim=1) == 0
    among = -torch.logsumexp(scores.log_softmax(dim=1).masked_fill(answers == 0, _MASKED), dim=1).mean()
    whole = nn.functional.binary_cross_entropy_with_logits(logits, batch.answers)
    tokens = nn.functional.binary_cross_entropy_with_logits(span, batch.span, reduction="none")
    tokens = (tokens * batch.sentence_mask).sum(dim=1) / batch.sentence_mask.sum(dim=1)
    return among + whole + _SPAN_WEIGHT * tokens[batch.located].mean()


def _by_question(values: Tensor, counts: Sequence[int], none: float, missing: float) -> Tensor:
    """The pairs' values with a row for each question, `none` before them, filled up with `missing`."""
    rows = [nn.functional.pad(row, (1, 0), value=none) for row in torch.split(values, list(counts))]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=missing)


def _batches(questions: Sequence[Sequence[Pair]], generator: np.random.Generator) -> list[NDArray[np.int64]]:
    """Batches of about equal sentence length, in random order."""
    longest = np.array([max(len(pair.met.sentence) for pair in pairs) for pairs in questions])
    order = np.argsort(longest + 8 * generator.random(len(questions)))
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    return [batches[position] for position in generator.permutation(len(batches))]


def _collate(pairs: Sequence[Pair]) -> Batch:
    sentences = [pair.met.sentence[:MAX_SENTENCE_TOKENS] for pair in pairs]
    question, question_mask = _pad([pair.question for pair in pairs])
    sentence, sentence_mask = _pad(sentences)
    span = torch.zeros(sentence_mask.shape)
    for row, pair in enumerate(pairs):
        if pair.span is not None:
            marked = torch.from_numpy(pair.span[:MAX_SENTENCE_TOKENS]).float()
            span[row, : len(marked)] = marked
    return Batch(
        question=question,
        question_mask=question_mask,
        met=_pad([pair.met.matches for pair in pairs])[0],
        sentence=sentence,
        sentence_mask=sentence_mask,
        parts=torch.from_numpy(np.stack([pair.met.parts for pair in pairs])),
        answers=torch.tensor([float(pair.answers) for pair in pairs]),
        span=span,
        located=torch.tensor([pair.span is not None or not pair.answers for pair in pairs]),
    )


def _pad(rows: Sequence[Floats]) -> tuple[Tensor, Tensor]:
    padded = nn.utils.rnn.pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True)
    lengths = torch.tensor([len(row) for row in rows])
    return padded, torch.arange(padded.shape[1])[None, :] < lengths[:, None]
