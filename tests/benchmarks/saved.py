"""A run's folder: how it was made and what each system did, so that its report can be drawn again."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chatbot.errors import ChatbotError
from chatbot.evaluation.runs import CONFIG, ROWS, Source
from tests.benchmarks.measure import Measured

_ROW = TypeAdapter(Measured)


class Config(BaseModel):
    """`config.json`: everything that would make the run another one.

    Attributes:
        versions: of Python and of the libraries, in the order they are told.
    """

    model_config = ConfigDict(frozen=True)

    started: datetime
    command: str
    source: Source
    paragraphs: int
    versions: dict[str, str]


@dataclass(frozen=True)
class Run:
    """What was measured: a row for each system with each model, this program's default first."""

    config: Config
    rows: tuple[Measured, ...]


def create(folder: Path, config: Config) -> None:
    """Make the folder before half an hour is spent on what goes into it.

    Raises:
        ChatbotError: it cannot be made, or is there already.
    """
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ChatbotError(f"The run cannot be written to {folder} ({error.strerror}).") from None
    (folder / CONFIG).write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")


def save(folder: Path, rows: list[Measured]) -> None:
    lines = b"".join(_ROW.dump_json(row) + b"\n" for row in rows)
    (folder / ROWS).write_bytes(lines)


def load(folder: Path) -> Run:
    """The run in a folder.

    Raises:
        ChatbotError: there is none, or it was interrupted.
    """
    try:
        config = Config.model_validate_json((folder / CONFIG).read_bytes())
        rows = tuple(_ROW.validate_json(line) for line in (folder / ROWS).read_bytes().splitlines())
    except OSError as error:
        raise ChatbotError(
            f"{folder} is not the folder of a finished run ({error.strerror}: {error.filename})."
        ) from None
    except ValidationError:
        raise ChatbotError(f"The run in {folder} cannot be read; was it written by another version?") from None
    return Run(config, rows)
