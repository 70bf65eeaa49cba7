"""The whole recipe: head, answerability model and confidence, each fitted on what the one before did not see."""

from collections.abc import Collection, Iterator, Sequence
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
from chatbot.training.course import FOLDS, Course, load_course
from chatbot.training.examples import Example, Examples, answer_tokens, load_examples
from chatbot.training.fit_answerability import Pair, fit_answerability
from chatbot.training.fit_confidence import Fitted, Observation, fit_confidence
from chatbot.training.fit_head import EPOCHS, WIDTH, fit_head

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
    held_out_apart: Sequence[Path],
    embeddings: TextEmbeddings,
    seed: int,
    progress: Progress,
) -> Trained:
    """Fit a reader for an embedding model.

    Args:
        squads: files to learn from, SQuAD 2.0 format, with questions that their paragraphs do not answer.
        apart: the same, with articles that are asked one at a time.
        held_out: the file the confidence is fitted on, with and without each question's article. Its paragraphs that
            are learned from elsewhere too are kept out of that; the translated questions about those are learned
            from instead.
        translations: the questions of `held_out` in other languages.
        held_out_apart: files that the confidence is fitted on besides, whose articles are asked one at a time and whose
            questions without an answer are near misses.
        embeddings: the model to read the token vectors of.
        seed: the same one gives the same reader on the same machine.
        progress: called with the step and how far it has come.

    Raises:
        ChatbotError: a file is not in SQuAD format.
    """
    course = load_course(squads, apart, held_out, translations, embeddings, progress)
    lessons = course.lessons()

    def head_without(fold: int | None) -> Head:
        chosen = [lesson for lesson in lessons if course.folds[lesson.example.article] != fold]
        return fit_head(chosen, WIDTH, EPOCHS, seed, progress)

    *heads, final = (head_without(fold) for fold in (*range(FOLDS), None))
    questions = [pairs for fold, head in enumerate(heads) for pairs in _studied(course, fold, head, final) if pairs]
    model = fit_answerability(questions, ANSWERABILITY_EPOCHS, seed, progress)
    near = (load_examples(squad, embeddings, progress, apart=True) for squad in held_out_apart)
    observations = [_observe(model, item, final, "near") for examples in near for item in _plain(examples, final)]
    observations.extend(_observe(model, item, final, "far") for item in _examined(course, final))
    fitted = fit_confidence(observations)
    return Trained(Reader(final, Confidence(model, fitted.coefficients, fitted.intercept)), fitted)


def _studied(course: Course, fold: int, head: Head, final: Head) -> Iterator[tuple[Pair, ...]]:
    """Questions to learn answerability from, about the articles of `fold`, each with its likeliest sentences to a head fitted
    on the others."""
    for examples in (*course.learned, course.judged):
        index, stored = examples.projected(head), examples.projected(final)
        chosen = (example for example, own in course.taught(examples) if own == fold)
        for number, example in enumerate(chosen):
            plain = _read(examples, example, index, head)
            yield tuple(_pairs(plain, stored, final, MOST_CLOSE))
            for version in _left_out(examples, example, index, head, number):
                yield tuple(_pairs(version, stored, final, 1))


def _examined(course: Course, final: Head) -> Iterator[_Read]:
    """The judged questions, with and without their article."""
    index = course.judged.projected(final)
    for example in course.examined():
        yield _read(course.judged, example, index, final)
        yield _read(course.judged, example, index, final, course.judged.article(example.article))


def _plain(examples: Examples, head: Head) -> Iterator[_Read]:
    index = examples.projected(head)
    return (_read(examples, example, index, head) for example in examples.examples)


def _read(examples: Examples, example: Example, index: Index, head: Head, without: Collection[str] = ()) -> _Read:
    asked = ask_tokens(head, example.encoded)
    found = examples.candidates(example, without)
    readings = score(index, head, asked, found).likeliest(MOST_CLOSE) if found else []
    return _Read(example, asked, tuple(readings), index, head, possible=not without)


def _left_out(examples: Examples, example: Example, index: Index, head: Head, number: int) -> Iterator[_Read]:
    """The question with its paragraph or its article gone, in turn: near misses that nobody had to write."""
    if example.gold:
        paragraph = frozenset([examples.paragraph(example)])
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
    places = [(start, end) for row, start, end in example.answers if row == reading.candidate.row]
    return answer_tokens(reading.passage.sentences[reading.sentence], tokens, places)


def _observe(model: AnswerabilityModel, item: _Read, head: Head, group: str) -> Observation:
    example, question = item.example, item.example.item.question
    best, logit = best_of(model, item.index, head, example.encoded, item.asked, close_calls(item.readings))
    values = figures(Resolved(question.question), best, logit)
    answerable = item.possible and bool(example.gold)
    return Observation(values, item.answers(best), answerable, group, example.article, question.language)
