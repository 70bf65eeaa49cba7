"""The reader: everything that was trained, kept in one file, and what it makes of a question's candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chatbot.answerability import AnswerabilityModel
from chatbot.answering import Reading, score
from chatbot.arrays import Floats
from chatbot.confidence import FEATURES, MOST_CLOSE, Confidence, best_of, close_calls
from chatbot.conversation import Resolved
from chatbot.cross_encoder import CrossEncoderRanking
from chatbot.embedding import Encoded
from chatbot.errors import ChatbotError
from chatbot.index import Index
from chatbot.late_interaction import Head, QuestionTokens
from chatbot.retrieval import Candidate
from chatbot.settings import DEFAULT_MODEL

SHIPPED = Path(__file__).parent / "weights" / "reader.safetensors"


@dataclass(frozen=True)
class Reader:
    """Reads candidates, chooses the sentence, and says how sure that is.

    Attributes:
        confidence: None for an embedding model that no confidence was fitted for.
        cross_encoder: re-orders the readings, where one is set.
        longest: sentences in an answer at most, 1 or 2.
    """

    head: Head
    confidence: Confidence | None
    cross_encoder: CrossEncoderRanking | None = None
    longest: int = 2

    def read(
        self, index: Index, version: Resolved, question: Encoded, asked: QuestionTokens, found: Sequence[Candidate]
    ) -> tuple[list[Reading], float]:
        """The candidates' readings, best first, and the chance that the best one answers."""
        if not found:
            return [], 0.0
        scored = score(index, self.head, asked, found)
        readings = scored.readings(self.longest)
        if self.cross_encoder is not None:
            readings = self.cross_encoder.order(version.text, readings)
        if self.confidence is None:
            return readings, readings[0].probability
        close = (
            readings[:1] if self.cross_encoder is not None else close_calls(scored.likeliest(MOST_CLOSE, self.longest))
        )
        best, logit = best_of(self.confidence.answerability, index, self.head, question, asked, close)
        others = [reading for reading in readings if reading.candidate is not best.candidate]
        return [best, *others], self.confidence.chance(version, best, logit)


def load_reader(model: str, dimension: int, path: Path | None = None) -> Reader:
    """The reader for an embedding model: the file at `path`, the shipped one for the model it was trained on, or
    plain late interaction without a fitted confidence for any other.

    Raises:
        ChatbotError: the file is missing, damaged or made for another embedding model.
    """
    if path is None and Path(model).name != DEFAULT_MODEL:
        return Reader(Head.untrained(dimension), None)
    return _load(path or SHIPPED, dimension)


def save_reader(reader: Reader, path: Path) -> None:
    """Write a reader as safetensors; matrices in half precision, which moves no figure in the third digit."""
    from safetensors.numpy import save_file

    tensors = {f"head.{name}": getattr(reader.head, name) for name in Head.__dataclass_fields__}
    if reader.confidence is not None:
        weights = reader.confidence.answerability.weights
        tensors |= {f"answerability.{name}": values for name, values in weights.items()}
        tensors["confidence.coefficients"] = reader.confidence.coefficients
        tensors["confidence.intercept"] = reader.confidence.intercept
    stored = {
        name: np.array(values, np.float16 if values.ndim == 2 else np.float32, order="C")
        for name, values in tensors.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(stored, path)


def _load(path: Path, dimension: int) -> Reader:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = {name: values.astype(np.float32) for name, values in load_file(path).items()}
        head = Head(**_under(tensors, "head."))
        parts = _under(tensors, "confidence.")
        confidence = Confidence(AnswerabilityModel(_under(tensors, "answerability.")), **parts) if parts else None
        fits = len(head.query_mean) == dimension and (not confidence or len(confidence.coefficients) == len(FEATURES))
    except (OSError, SafetensorError, TypeError, ValueError):
        raise ChatbotError(
            f"The reader's weights {path} are missing or damaged. Reinstall the program, or make them again with "
            "`chatbot train`."
        ) from None
    if not fits:
        raise ChatbotError(
            f"The reader's weights {path} were made for another embedding model (or by another version). Make them "
            "again with `chatbot train`, or unset CHATBOT_READER."
        )
    return Reader(head, confidence)


def _under(tensors: dict[str, Floats], prefix: str) -> dict[str, Floats]:
    return {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}
