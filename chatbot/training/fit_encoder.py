"""Fits the encoder's adapters, together with a head and an answerability model that only show them what is of use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chatbot.answerability import MAX_SENTENCE_TOKENS
from chatbot.e5_adapters import Adapters
from chatbot.e5_weights import Weights
from chatbot.late_interaction import Head
from chatbot.progress import Progress
from chatbot.training.examples import answer_tokens
from chatbot.training.fit_answerability import Batch, answerability_loss
from chatbot.training.groups import Group
from chatbot.training.learner import Learner, Met

# Everything from here on learns; what comes before is read once.
FIRST_LAYER = 8

_LEARNING_RATES = {"layers": 3e-4, "head": 3e-4, "mix": 1e-2, "answerability": 1e-3}
_DECAYS = {"layers": 0.01, "head": 0.0, "mix": 0.0, "answerability": 0.05}
_WARM_UP = 60
_CLOSE = 4  # sentences of a question that the answerability model reads
_LEFT_OUT = 2  # and of one whose passage is left out
_LEFT_OUT_WEIGHT = 0.3
# Holds the cosines of questions and passages where they were: the first stage is good, and knows more languages.
_DENSE_WEIGHT = 50.0


@dataclass(frozen=True)
class _Chosen:
    """A question's likeliest sentences, and those of the group that answer it."""

    question: int
    sentences: Sequence[int]
    gold: frozenset[int]


def fit_encoder(
    groups: Sequence[Group], weights: Weights, head: Head, epochs: int, seed: int, progress: Progress
) -> Adapters:
    """Learn adapters that let the right sentence be met best, and let what lacks the answer be told from it.

    Args:
        groups: what to learn from, read by the layers before `FIRST_LAYER`.
        weights: of the encoder without adapters.
        head: where the head that learns along starts.
        epochs: how often everything is learned from.
        seed: the same one gives the same adapters on the same machine.
        progress: called with how many groups are done.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    learner = Learner(weights, FIRST_LAYER, head)
    modules = {
        "layers": learner.layers.parameters(),
        "head": learner.head.values(),
        "mix": [learner.mix],
        "answerability": learner.answerability.parameters(),
    }
    optimiser = torch.optim.AdamW(
        [
            {"params": list(found), "lr": _LEARNING_RATES[name], "weight_decay": _DECAYS[name]}
            for name, found in modules.items()
        ]
    )
    steps = epochs * len(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / _WARM_UP) * (1 - step / steps)
    )
    done = 0
    for _ in range(epochs):
        for position in generator.permutation(len(groups)):
            optimiser.zero_grad()
            _loss(learner, groups[position]).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            progress("Fitting the encoder's adapters", done, steps)
    return learner.layers.adapters()


def _loss(learner: Learner, group: Group) -> Tensor:
    """Cross-entropy over the group's sentences, and the answerability model's loss over the likeliest of them and over what
    is likeliest without the passage that answers."""
    met = learner(group)
    likelihoods = met.scores.log_softmax(dim=1)
    ranks = [
        -torch.logsumexp(likelihoods[number, sorted(question.gold)], dim=0)
        for number, question in enumerate(group.questions)
        if question.gold
    ]
    dense = torch.from_numpy(np.stack([question.dense for question in group.questions]))
    losses = [_DENSE_WEIGHT * ((met.cosines - dense) ** 2).mean()]
    if ranks:
        losses.append(torch.stack(ranks).mean())
    losses.append(_answerability(learner, group, met, list(_closest(group, met))))
    if without := list(_without_answer(group, met)):
        losses.append(_LEFT_OUT_WEIGHT * _answerability(learner, group, met, without))
    return torch.stack(losses).sum()


def _answerability(learner: Learner, group: Group, met: Met, chosen: Sequence[_Chosen]) -> Tensor:
    counts = [len(each.sentences) for each in chosen]
    return answerability_loss(learner.answerability, _batch(group, met, chosen), counts)


def _closest(group: Group, met: Met) -> Iterator[_Chosen]:
    for number, question in enumerate(group.questions):
        likeliest = torch.argsort(-met.scores[number].detach())[:_CLOSE].tolist()
        if question.gold and not question.gold & {*likeliest}:
            likeliest[-1] = min(question.gold)
        yield _Chosen(number, likeliest, question.gold)


def _without_answer(group: Group, met: Met) -> Iterator[_Chosen]:
    of = group.passage_of
    for number, question in enumerate(group.questions):
        others = np.flatnonzero(~np.isin(of, of[sorted(question.gold)]))
        if question.gold and len(others):
            scores = met.scores[number].detach().numpy()[others]
            yield _Chosen(number, others[np.argsort(-scores)[:_LEFT_OUT]].tolist(), frozenset())


def _batch(group: Group, met: Met, chosen: Sequence[_Chosen]) -> Batch:
    """The chosen pairs of question and sentence as the answerability model takes them."""
    pairs = [(each, sentence) for each in chosen for sentence in each.sentences]
    asked = np.array([each.question for each, _ in pairs])
    told = np.array([sentence for _, sentence in pairs])
    question, question_mask = _places(met.asked_first, asked)
    sentence, sentence_mask = _places(met.tokens_first, told, MAX_SENTENCE_TOKENS)
    lengths = torch.from_numpy(np.diff(met.asked_first)[asked].astype(np.float32))[:, None]
    rows = torch.from_numpy(told)[:, None]
    passages = torch.from_numpy(group.passage_of)[rows]
    matches = [met.sentences[rows, question], met.passages[passages, question], met.weights[question] * lengths / 2]
    spans = [_span(group, each, sentence)[:MAX_SENTENCE_TOKENS] for each, sentence in pairs]
    return Batch(
        question=met.asked[question] * question_mask[..., None],
        question_mask=question_mask,
        met=torch.stack(matches, dim=2) * question_mask[..., None],
        sentence=met.tokens[sentence] * sentence_mask[..., None],
        sentence_mask=sentence_mask,
        parts=met.parts[torch.from_numpy(told), torch.from_numpy(asked)],
        answers=torch.tensor([float(sentence in each.gold) for each, sentence in pairs]),
        span=nn.utils.rnn.pad_sequence([torch.from_numpy(span).float() for span in spans], batch_first=True),
        located=torch.ones(len(pairs), dtype=torch.bool),
    )


def _places(first: NDArray[np.int64], chosen: NDArray[np.int64], most: int | None = None) -> tuple[Tensor, Tensor]:
    """Positions of the tokens of the chosen runs, padded, and which of them are no padding."""
    lengths = np.minimum(np.diff(first)[chosen], most or first[-1])
    steps = np.arange(lengths.max())[None, :]
    mask = steps < lengths[:, None]
    return torch.from_numpy(np.where(mask, first[chosen][:, None] + steps, 0)), torch.from_numpy(mask)


def _span(group: Group, chosen: _Chosen, sentence: int) -> NDArray[np.bool_]:
    number = int(group.passage_of[sentence])
    passage = group.passages[number]
    own = sentence - sum(group.counts[:number])
    found = sentence in chosen.gold
    places = [(start, end) for at, start, end in group.questions[chosen.question].places if found and at == number]
    return answer_tokens(passage.spans[own], int(passage.lengths[own]), places)
