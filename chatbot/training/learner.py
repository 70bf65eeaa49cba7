"""The encoder's upper layers, a head and an answerability model, learning together from groups."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chatbot.e5_weights import Weights
from chatbot.late_interaction import Head
from chatbot.training.fit_answerability import AnswerabilityModule
from chatbot.training.groups import Group
from chatbot.training.upper_layers import UpperLayers


@dataclass(frozen=True)
class Met:
    """How the questions of a group are met.

    Attributes:
        scores: shape [questions, sentences].
        parts: what they are mixed from, shape [sentences, questions, parts].
        asked: centred vectors of all questions' tokens, shape [tokens, hidden], and where each question's begin.
        sentences, passages: the best match of each of those tokens, shape [sentences or passages, tokens].
        weights: of the tokens.
        tokens: unit vectors of all sentences' tokens, shape [sentence tokens, width], and where each sentence's begin.
        cosines: of questions and passages, shape [questions, passages].
    """

    scores: Tensor
    parts: Tensor
    asked: Tensor
    asked_first: NDArray[np.int64]
    sentences: Tensor
    passages: Tensor
    weights: Tensor
    tokens: Tensor
    tokens_first: NDArray[np.int64]
    cosines: Tensor


class Learner(nn.Module):
    """All that learns; `head` is where the head starts."""

    def __init__(self, weights: Weights, first_layer: int, head: Head) -> None:
        super().__init__()
        self.layers = UpperLayers(weights, first_layer)
        self.query_mean, self.passage_mean = torch.from_numpy(head.query_mean), torch.from_numpy(head.passage_mean)
        names = ("query_matrix", "passage_matrix", "importance", "importance_bias")
        self.head = nn.ParameterDict({name: torch.tensor(getattr(head, name)) for name in names})
        self.mix = nn.Parameter(torch.tensor(head.mix))
        self.answerability = AnswerabilityModule(len(head.query_mean), head.width, len(head.mix))

    def forward(self, group: Group) -> Met:
        read, passages = self.layers([passage.states for passage in group.passages])
        heard, questions = self.layers([question.states for question in group.questions])
        asked = torch.cat(
            [states[torch.from_numpy(own.kept)] for states, own in zip(heard, group.questions, strict=True)]
        )
        asked = asked - self.query_mean
        weights = nn.functional.softplus(asked @ self.head["importance"] + self.head["importance_bias"])
        owner = torch.tensor(np.repeat(np.arange(len(questions)), [len(each.kept) for each in group.questions]))
        weights = weights / torch.zeros(len(questions)).index_add(0, owner, weights)[owner]
        tokens = torch.cat(
            [states[torch.from_numpy(own.kept)] for states, own in zip(read, group.passages, strict=True)]
        )
        tokens = nn.functional.normalize((tokens - self.passage_mean) @ self.head["passage_matrix"], dim=-1)
        vectors = nn.functional.normalize(asked @ self.head["query_matrix"], dim=-1)
        lengths = np.concatenate([passage.lengths for passage in group.passages])
        met = torch.segment_reduce(tokens @ vectors.T, "max", lengths=torch.from_numpy(lengths), axis=0)
        of = torch.from_numpy(group.passage_of)

        def widely(values: Tensor) -> Tensor:
            """What each passage has, for each of its sentences."""
            return values[of]

        def best(values: Tensor) -> Tensor:
            return torch.stack([rows.max(dim=0).values for rows in torch.split(values, group.counts)])

        def weighed(matches: Tensor) -> Tensor:
            return torch.zeros(len(matches), len(questions)).index_add(1, owner, matches * weights)

        in_passage = best(met)
        similar = torch.from_numpy(np.stack([question.similar for question in group.questions], axis=1))
        lexical = torch.from_numpy(np.stack([question.lexical for question in group.questions], axis=1))
        cosines = questions @ passages.T
        whole = [widely(part) for part in (weighed(in_passage), cosines.T)]
        parts = torch.stack([weighed(met), *whole, similar, widely(best(similar)), widely(lexical)], dim=2)
        return Met(
            scores=(parts @ self.mix).T,
            parts=parts,
            asked=asked,
            asked_first=np.cumsum([0, *(len(question.kept) for question in group.questions)]),
            sentences=met,
            passages=in_passage,
            weights=weights,
            tokens=tokens,
            tokens_first=np.cumsum([0, *lengths]),
            cosines=cosines,
        )
