"""The whole recipe: head, answerability model and confidence, each fitted on what the one before did not see."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot.answerability import AnswerabilityModel
from chatbot.answering import Reading, ask_tokens, score
from chatbot.confidence import MOST_CLOSE, Confidence, best_of, close_calls, figures, met
from chatbot.conversation import Resolved
from chatbot.embedding import TextEmbeddings
from chatbot.index import Index
from chatbot.late_interaction import Head, QuestionTokens
from chatbot.progress import Progress
from chatbot.reader import Reader
from chatbot.training.examples import Example, Examples, article_of, load_examples
from chatbot.training.fit_answerability import Pair, fit_answerability
from chatbot.training.fit_confidence import Fitted, Observation, fit_confidence
from chatbot.training.fit_head import Lesson, fit_head

WIDTH = 128
FOLDS = 3
HEAD_EPOCHS = 2
ANSWERABILITY_EPOCHS = 4


@dataclass(frozen=True)
class Trained:
    """The reader and how well its confidence did on what it had not seen."""

    reader: Reader
    fitted: Fitted


@dataclass(frozen=True)
class _Read:
    """An example's likeliest sentences under one head, and whether one of them may answer."""

    example: Example
    asked: QuestionTokens
    readings: tuple[Reading, ...]
    index: Index
    head: Head
    possible: bool

    def answers(self, reading: Reading) -> bool:
        return self.possible and (reading.candidate.row, reading.sentence) in self.example.gold


def train(
    squads: Sequence[Path],
    apart: Sequence[Path],
    held_out: Path,
    translations: Sequence[Path],
    embeddings: TextEmbeddings,
    seed: int,
    progress: Progress,
) -> Trained:
    """Fit a reader for an embedding model.

    Args:
        squads: files to learn from, SQuAD 2.0 format, with questions that their paragraphs do not answer.
        apart: the same, with articles that are asked one at a time.
        held_out: the file the confidence is fitted on besides. Its paragraphs that are learned from elsewhere too are
            kept out of that; the translated questions about those are learned from instead.
        translations: the questions of `held_out` in other languages.
        embeddings: the model to read the token vectors of.
        seed: the same one gives the same reader on the same machine.
        progress: called with the step and how far it has come.

    Raises:
        ChatbotError: a file is not in SQuAD format.
    """
    learned = (
        *(load_examples(squad, embeddings, progress) for squad in squads),
        *(load_examples(squad, embeddings, progress, apart=True) for squad in apart),
    )
    judged = load_examples(held_out, embeddings, progress, translations)
    course = _Course(learned, judged, _folds(learned), _seen(learned, judged))
    lessons = [
        Lesson(examples, example, examples.candidates(example)) for examples in learned for example in examples.examples
    ]

    def head_without(fold: int | None) -> Head:
        chosen = [lesson for lesson in lessons if course.folds[lesson.example.article] != fold]
        return fit_head(chosen, WIDTH, HEAD_EPOCHS, seed, progress)

    *heads, final = (head_without(fold) for fold in (*range(FOLDS), None))
    studied = [course.study(fold, head, final) for fold, head in enumerate(heads)]

    def model_without(fold: int | None) -> AnswerabilityModel:
        questions = [pairs for number, material in enumerate(studied) if number != fold for pairs in material.questions]
        return fit_answerability(questions, ANSWERABILITY_EPOCHS, seed, progress)

    # Few numbers are fitted to what a model makes of questions it has not seen: one fold of them is plenty.
    unseen, model = model_without(0), model_without(None)
    observations = [_observe(unseen, item, final, "near") for item in studied[0].read]
    observations.extend(_observe(model, item, final, "far") for item in course.examination(final))
    fitted = fit_confidence(observations)
    return Trained(Reader(final, Confidence(model, fitted.coefficients, fitted.intercept)), fitted)


@dataclass(frozen=True)
class _Studied:
    """What a head made of the articles it had not seen: plain readings, and questions to learn answerability from,
    each with its likeliest sentences."""

    read: tuple[_Read, ...]
    questions: tuple[tuple[Pair, ...], ...]


@dataclass(frozen=True)
class _Course:
    """What is learned from and judged on, the fold of each article, and the judged paragraphs learned from too."""

    learned: tuple[Examples, ...]
    judged: Examples
    folds: Mapping[str, int]
    seen: Mapping[str, str]

    def study(self, fold: int, head: Head, final: Head) -> _Studied:
        """Read the articles of `fold` with a head fitted on the others."""
        read: list[_Read] = []
        questions: list[tuple[Pair, ...]] = []
        for examples in (*self.learned, self.judged):
            index, stored = examples.projected(head), examples.projected(final)
            chosen = (example for example in examples.examples if self._studied_in(examples, example, fold))
            for number, example in enumerate(chosen):
                plain = _read(examples, example, index, head)
                questions.append(tuple(_pairs(plain, stored, final, MOST_CLOSE)))
                left = _left_out(examples, example, index, head, number)
                questions.extend(tuple(_pairs(version, stored, final, 1)) for version in left)
                if examples is not self.judged:
                    read.append(replace(plain, index=stored))
        return _Studied(tuple(read), tuple(pairs for pairs in questions if pairs))

    def examination(self, final: Head) -> Iterator[_Read]:
        """The judged questions about paragraphs nobody learned from, with and without their article."""
        index = self.judged.projected(final)
        for example in self.judged.examples:
            if _paragraph(self.judged, example) not in self.seen:
                yield _read(self.judged, example, index, final)
                yield _read(self.judged, example, index, final, self.judged.article(example.article))

    def _studied_in(self, examples: Examples, example: Example, fold: int) -> bool:
        if examples is not self.judged:
            return self.folds[example.article] == fold
        article = self.seen.get(_paragraph(self.judged, example))
        translated = example.item.question.language != self.judged.index.passages[0].document.language
        return translated and article is not None and self.folds[article] == fold


def _folds(learned: Sequence[Examples]) -> dict[str, int]:
    """A fold for each article, about equally many questions in each."""
    counts = Counter(example.article for examples in learned for example in examples.examples)
    sizes = [0] * FOLDS
    folds: dict[str, int] = {}
    for article in sorted(counts, key=lambda name: (-counts[name], name)):
        folds[article] = sizes.index(min(sizes))
        sizes[folds[article]] += counts[article]
    return folds


def _seen(learned: Sequence[Examples], judged: Examples) -> dict[str, str]:
    """The held-out file's paragraphs that are also learned from (their document ids), with the article there."""
    articles = {
        passage.document.text.strip(): article_of(passage.document.id)
        for examples in learned
        for passage in examples.index.passages
    }
    return {
        identity: articles[document.text.strip()]
        for identity, document in judged.index.documents.items()
        if document.text.strip() in articles
    }


def _paragraph(examples: Examples, example: Example) -> str:
    return next((examples.index.passages[row].document.id for row, _, _ in sorted(example.answers)), "")


def _read(examples: Examples, example: Example, index: Index, head: Head, without: Collection[str] = ()) -> _Read:
    asked = ask_tokens(head, example.encoded)
    found = examples.candidates(example, without)
    readings = score(index, head, asked, found).likeliest(MOST_CLOSE) if found else []
    return _Read(example, asked, tuple(readings), index, head, possible=not without)


def _left_out(examples: Examples, example: Example, index: Index, head: Head, number: int) -> Iterator[_Read]:
    """The question with its paragraph or its article gone, in turn: near misses that nobody had to write."""
    if example.gold:
        paragraph = frozenset([_paragraph(examples, example)])
        without = paragraph if number % 2 else examples.article(example.article)
        yield _read(examples, example, index, head, without)


def _pairs(item: _Read, final: Index, head: Head, count: int) -> Iterator[Pair]:
    """The best readings as pairs. Matches are those of a head that has not seen the article; the sentence's own
    vectors are the final head's, as they will be stored."""
    question = head.centred(item.example.encoded.tokens)
    for reading in item.readings[:count]:
        unseen, stored = met(item.index, item.head, item.asked, reading), met(final, head, item.asked, reading)
        answers = item.answers(reading)
        span = _span(item.example, reading, len(stored.sentence)) if answers else None
        yield Pair(question, replace(unseen, sentence=stored.sentence), answers, span)


def _span(example: Example, reading: Reading, tokens: int) -> NDArray[np.bool_]:
    """Which of the sentence's tokens are the answer, by their share of its characters."""
    opened, closed = reading.passage.sentences[reading.sentence]
    places = opened + (np.arange(tokens) + 0.5) * (closed - opened) / tokens
    inside = np.zeros(tokens, bool)
    for row, start, end in example.answers:
        if row == reading.candidate.row:
            inside |= (places >= start) & (places < end)
    return inside


def _observe(model: AnswerabilityModel, item: _Read, head: Head, group: str) -> Observation:
    example, question = item.example, item.example.item.question
    best, logit = best_of(model, item.index, head, example.encoded, item.asked, close_calls(item.readings))
    values = figures(Resolved(question.question), best, logit)
    answerable = item.possible and bool(example.gold)
    return Observation(values, item.answers(best), answerable, group, example.article, question.language)
