"""A seat beside the reader for any cross-encoder: off by default, it re-orders what the reader has read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.answering import Reading
from chatbot.errors import ChatbotError


class CrossEncoderRanking:
    """Orders readings by a sentence-transformers cross-encoder's score of question and sentence together."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def order(self, question: str, readings: Sequence[Reading]) -> list[Reading]:
        """The same readings, those with the highest score first."""
        if not readings:
            return []
        pairs = [(question, reading.passage.document.slice(*reading.span)) for reading in readings]
        scores = self._model.predict(pairs, show_progress_bar=False).reshape(len(pairs), -1)[:, -1]
        ranked = sorted(zip(scores.tolist(), range(len(readings)), strict=True), key=lambda pair: (-pair[0], pair[1]))
        return [readings[position] for _, position in ranked]


def load_cross_encoder(name: str) -> CrossEncoderRanking:
    """A cross-encoder by local folder, or by Hugging Face name, which needs the network the first time.

    Raises:
        ChatbotError: it cannot be loaded.
    """
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoderRanking(CrossEncoder(name, device="cpu", local_files_only=Path(name).is_dir()))
    except Exception as error:
        raise ChatbotError(
            f"The cross-encoder {name} could not be loaded. CHATBOT_CROSS_ENCODER takes a local folder or a Hugging "
            "Face name; leave it empty to do without."
        ) from error
