"""Groups: a few passages and the questions about them, as far as the encoder's lower layers bring them."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from chatbot import e5_graph
from chatbot.arrays import Floats
from chatbot.e5_assembly import PROMPTS
from chatbot.e5_weights import Weights
from chatbot.embedding import own_tokens
from chatbot.index import tokens_by_sentence
from chatbot.onnx_embeddings import EncoderInputs, session
from chatbot.progress import Progress
from chatbot.training.examples import Example, Examples

# Of a file whose articles are long: so many paragraphs that follow each other, and so many questions at a time.
_PASSAGES, _QUESTIONS = 6, 80
_TOGETHER = 8
_THREADS = 2

States = NDArray[np.float16]
_Each = TypeVar("_Each")


@dataclass(frozen=True)
class LowerPassage:
    """A passage after the lower layers.

    Attributes:
        states: of all tokens, special ones included, shape [tokens, hidden].
        kept: which of them its sentences own, one sentence after the other.
        lengths: how many each sentence owns, shape [sentences].
        spans: the sentences in characters.
    """

    states: States
    kept: NDArray[np.int64]
    lengths: NDArray[np.int64]
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Question:
    """A question after the lower layers, and how the group's passages look to it before anything is fitted.

    Attributes:
        states, kept: as of `LowerPassage`, without prompt and special tokens.
        gold: the group's sentences that answer, if any do.
        places: the answers as (passage, start, end) in characters.
        dense, lexical: cosine and BM25 of the passages, shape [passages].
        similar: cosine of the sentences, shape [sentences].
    """

    states: States
    kept: NDArray[np.int64]
    gold: frozenset[int]
    places: Sequence[tuple[int, int, int]]
    dense: Floats
    lexical: Floats
    similar: Floats


@dataclass(frozen=True)
class Group:
    """Passages, of one article, and questions about them."""

    passages: Sequence[LowerPassage]
    questions: Sequence[Question]

    @cached_property
    def counts(self) -> list[int]:
        """How many sentences each passage has."""
        return [len(passage.lengths) for passage in self.passages]

    @cached_property
    def passage_of(self) -> NDArray[np.int64]:
        """Which passage each sentence is of, shape [sentences]."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def groups(
    examples: Examples,
    chosen: Sequence[Example],
    weights: Weights,
    inputs: EncoderInputs,
    layers: int,
    progress: Progress,
) -> list[Group]:
    """The chosen examples in groups, read by the first `layers` of the encoder as it will run: in 8 bits.

    An article that is asked alone is one group; others are cut into pieces.
    """
    lower = _Lower(replace(weights, layers=layers), inputs, progress)
    index = examples.index
    read = lower.read([passage.embedded_text for passage in index.passages], PROMPTS["passage"], "Reading passages")
    passages = []
    for passage, (states, offsets, own) in zip(index.passages, read, strict=True):
        owned = tokens_by_sentence(passage, offsets)
        lengths = np.array([len(sentence) for sentence in owned])
        passages.append(LowerPassage(states, own[np.concatenate(owned)], lengths, passage.sentences))
    asked = lower.read([example.item.question.question for example in chosen], PROMPTS["query"], "Reading questions")
    questions = {id(example): (states, own) for example, (states, _, own) in zip(chosen, asked, strict=True)}
    return [
        Group([passages[row] for row in rows], some)
        for rows, about in _grouped(examples, chosen)
        for some in _pieces(list(_questions(examples, rows, about, questions)), _QUESTIONS)
    ]


def _grouped(examples: Examples, chosen: Sequence[Example]) -> Iterator[tuple[Sequence[int], list[Example]]]:
    """Articles, or pieces of them, as rows of passages, with the examples about those."""
    rows_of = {passage.document.id: row for row, passage in enumerate(examples.index.passages)}
    articles: dict[str, list[Example]] = {}
    for example in chosen:
        articles.setdefault(example.article, []).append(example)
    for article, asked in articles.items():
        rows = sorted(rows_of[identity] for identity in examples.article(article))
        for piece in [rows] if examples.apart else _pieces(rows, _PASSAGES):
            about = [example for example in asked if rows_of.get(example.item.about or "") in piece]
            if about:
                yield piece, about


def _questions(
    examples: Examples,
    rows: Sequence[int],
    about: Sequence[Example],
    read: Mapping[int, tuple[States, NDArray[np.int64]]],
) -> Iterator[Question]:
    index = examples.index
    sentences, starts = index.sentences_of(rows)
    vectors = index.store.vectors(rows)
    for example in about:
        states, own = read[id(example)]
        gold = {int(starts[rows.index(row)]) + number for row, number in example.gold if row in rows}
        yield Question(
            states=states,
            kept=own,
            gold=frozenset(gold),
            places=[(rows.index(row), start, end) for row, start, end in example.answers if row in rows],
            dense=vectors @ example.encoded.vector,
            lexical=index.bm25.matches(example.item.question.question).of(rows).astype(np.float32),
            similar=sentences @ example.encoded.vector,
        )


def _pieces(values: Sequence[_Each], size: int) -> list[Sequence[_Each]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


class _Lower:
    """The encoder's lower layers."""

    def __init__(self, weights: Weights, inputs: EncoderInputs, progress: Progress) -> None:
        self._inputs = inputs
        self._progress = progress
        self._session = session(e5_graph.encoder(weights, e5_graph.load_ranges()), 1)

    def read(
        self, texts: Sequence[str], prompt: str, step: str
    ) -> list[tuple[States, NDArray[np.int64], NDArray[np.int64]]]:
        """Of each text the states of all its tokens, and of those that are its own the offsets and the positions."""
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        done: dict[int, tuple[States, NDArray[np.int64], NDArray[np.int64]]] = {}

        def together(some: Sequence[int]) -> None:
            tokenized = self._inputs.tokenize([prompt + texts[position] for position in some])
            (states,) = self._session.run([e5_graph.OUTPUT], self._inputs.of(tokenized))
            for position, rows, text in zip(some, states, tokenized, strict=True):
                real = int(np.sum(text.attention_mask))
                special = np.asarray(text.special_tokens_mask, bool)
                own, offsets = own_tokens(np.asarray(text.offsets), special, prompt)
                done[position] = rows[:real].astype(np.float16), offsets, np.flatnonzero(own)
            self._progress(step, len(done), len(texts))

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(together, _pieces(order, _TOGETHER)))
        return [done[position] for position in range(len(texts))]
