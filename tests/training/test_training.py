"""Training on a handful of made-up paragraphs: the parts fit together, repeat themselves and learn."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from chatbot.answerability import AnswerabilityModel, Met
from chatbot.embedding import TextEmbeddings
from chatbot.evaluation.squad import load_squad
from chatbot.progress import no_progress
from chatbot.reader import load_reader, save_reader
from chatbot.training import recipe
from chatbot.training.examples import Examples, load_examples
from chatbot.training.fit_answerability import AnswerabilityModule, Pair, _collate, fit_answerability
from chatbot.training.fit_head import Lesson, fit_head

SUBJECTS = ["harbour", "library", "school", "museum", "bridge", "hospital", "park", "theatre", "market", "station"]


def squad(subjects: list[str], *, danish: bool = False) -> dict[str, object]:
    """One article a subject: where it is, when it was built, who leads it; what it cost is nowhere said."""
    articles = []
    for number, subject in enumerate(subjects):
        year, street = str(1900 + number), f"{number + 1} Long Street"
        context = f"The {subject} stands at {street}. It was built in {year} by the town. Its director is Ada number {number}."
        asked = [
            (f"Hvornår blev {subject} bygget?" if danish else f"When was the {subject} built?", year),
            (f"Hvor ligger {subject}?" if danish else f"Where is the {subject}?", street),
            (f"Hvad kostede {subject}?" if danish else f"What did the {subject} cost?", None),
        ]
        qas = [
            {
                "id": f"{subject}-{position}",
                "question": question,
                "is_impossible": answer is None,
                "answers": [{"text": answer, "answer_start": context.index(answer)}] if answer else [],
            }
            for position, (question, answer) in enumerate(asked)
        ]
        articles.append({"title": subject, "paragraphs": [{"context": context, "qas": qas}]})
    return {"version": "2.0", "data": articles}


def write(path: Path, content: dict[str, object]) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    folder = tmp_path_factory.mktemp("squad")
    held_out = SUBJECTS[4:]  # two of them are learned from as well
    return (
        write(folder / "learn.json", squad(SUBJECTS[:6])),
        write(folder / "held-out.json", squad(held_out)),
        write(folder / "held-out.da.json", squad(held_out, danish=True)),
    )


@pytest.fixture(scope="module")
def examples(files: tuple[Path, Path, Path], embeddings: TextEmbeddings) -> Examples:
    return load_examples(files[0], embeddings, no_progress)


def test_examples_know_the_sentence_that_answers(examples: Examples) -> None:
    built = next(example for example in examples.examples if example.item.question.id == "harbour-0")
    ((row, sentence),) = built.gold
    start, end = examples.index.passages[row].sentences[sentence]
    assert examples.index.passages[row].document.slice(start, end) == "It was built in 1900 by the town."
    cost = next(example for example in examples.examples if example.item.question.id == "harbour-2")
    assert cost.gold == frozenset()


def test_articles_asked_apart_compete_with_none_but_their_own_paragraphs(examples: Examples) -> None:
    apart = replace(examples, apart=True)
    asked = apart.examples[0]
    assert len(examples.candidates(asked)) > 1
    assert {found.passage.document.id for found in apart.candidates(asked)} == apart.article(asked.article)
    without = {found.passage.document.id for found in apart.candidates(asked, apart.article(asked.article))}
    assert len(without) > 1
    assert not without & apart.article(asked.article)


def test_the_lessons_that_come_with_the_project_can_be_learned_from() -> None:
    squad = load_squad(Path(__file__).parents[2] / "corpus" / "lessons" / "lessons.json")
    questions = [item.question for item in squad.items]
    assert {question.language for question in questions} == {"en", "da"}
    assert 0.4 < sum(question.answerable for question in questions) / len(questions) < 0.6
    assert all(item.places for item in squad.items if item.question.answerable)


def test_the_same_seed_gives_the_same_head(examples: Examples) -> None:
    lessons = [Lesson(examples, example, examples.candidates(example)) for example in examples.examples]
    once, again = (fit_head(lessons, 16, 2, 7, no_progress) for _ in range(2))
    assert all(np.array_equal(getattr(once, name), getattr(again, name)) for name in once.__dataclass_fields__)
    assert once.width == 16


def test_the_answerability_model_in_numpy_is_the_one_that_was_trained() -> None:
    torch.manual_seed(0)
    module = AnswerabilityModule(24, 8, 6).eval()
    generator = np.random.default_rng(0)
    pairs = [pair(generator, tokens, answers=False) for tokens in (3, 9)]
    with torch.inference_mode():
        expected, _ = module(_collate(pairs))
    model = module.model()
    for one, logit in zip(pairs, expected.tolist(), strict=True):
        assert model.logits(one.question, [one.met]) == pytest.approx([logit], abs=1e-4)


def test_sentences_that_are_read_together_are_judged_as_they_are_alone() -> None:
    torch.manual_seed(0)
    model = AnswerabilityModule(24, 8, 6).eval().model()
    generator = np.random.default_rng(0)
    question, sentences = None, []
    for tokens in (3, 9, 200):
        one = pair(generator, tokens, answers=tokens == 9)
        question = one.question if question is None else question
        sentences.append(one.met)
    assert question is not None
    alone = [model.logits(question, [met])[0] for met in sentences]
    assert model.logits(question, sentences) == pytest.approx(alone, abs=1e-5)


def test_the_answerability_model_learns_which_of_a_questions_sentences_answers() -> None:
    generator = np.random.default_rng(0)
    questions = [[pair(generator, 6, answers=place == number % 3) for place in range(3)] for number in range(160)]
    model = fit_answerability(questions[:128], 8, 0, no_progress)
    chosen = [int(np.argmax(model.logits(pairs[0].question, [one.met for one in pairs]))) for pairs in questions[128:]]
    assert np.mean([number % 3 == place for number, place in enumerate(chosen, start=128)]) > 0.8


def test_the_answerability_model_learns_to_see_what_is_missing() -> None:
    generator = np.random.default_rng(0)
    pairs = [pair(generator, 6, answers=bool(number % 2)) for number in range(240)]
    model: AnswerabilityModel = fit_answerability([[one] for one in pairs[:192]], 12, 0, no_progress)
    logits = [model.logits(one.question, [one.met])[0] for one in pairs[192:]]
    right = np.mean([(logit > 0) == one.answers for logit, one in zip(logits, pairs[192:], strict=True)])
    assert right > 0.8


def test_the_whole_recipe_makes_a_reader_that_can_be_saved_and_used(
    files: tuple[Path, Path, Path],
    embeddings: TextEmbeddings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recipe, "ANSWERABILITY_EPOCHS", 1)
    learn, held_out, translated = files
    apart = write(tmp_path / "apart.json", squad(["tower", "garden", "factory", "stadium", "brewery"]))
    trained = recipe.train([learn], [learn], held_out, [translated], [apart], embeddings, 0, no_progress)
    assert {name.split(",")[0] for name in trained.fitted.report} == {"near", "far"}
    save_reader(trained.reader, tmp_path / "reader.safetensors")
    assert load_reader("any", embeddings.dimension, tmp_path / "reader.safetensors").confidence is not None


def pair(generator: np.random.Generator, tokens: int, *, answers: bool) -> Pair:
    """A random question and sentence; only an answering sentence has a token that points in one direction."""
    sentence = generator.normal(0, 0.1, (tokens, 8)).astype(np.float32)
    if answers:
        sentence[0, 0] = 0.9
    question = generator.normal(0, 0.3, (4, 24)).astype(np.float32)
    met = generator.random((4, 3)).astype(np.float32)
    span = np.arange(tokens) == 0 if answers else None
    return Pair(question, Met(met, sentence, np.zeros(6, np.float32)), answers, span)
