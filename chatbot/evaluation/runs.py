"""A run's folder: what was asked of what, the rows as they come, the figures and the report."""

import hashlib
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from chatbot.errors import ChatbotError
from chatbot.evaluation.compare import Difference
from chatbot.evaluation.details import Details
from chatbot.evaluation.figures import Figures
from chatbot.evaluation.items import Split
from chatbot.evaluation.metrics import ABLATION
from chatbot.evaluation.rows import Row
from chatbot.evaluation.verdicts import judge

CONFIG, ROWS, FIGURES, REPORT = "config.json", "rows.jsonl", "metrics.json", "report.html"
WITHOUT = "without"
_LIBRARIES = (
    "numpy",
    "onnxruntime",
    "tokenizers",
    "torch",
    "sentence-transformers",
    "faiss-cpu",
    "bm25s",
    "ir-measures",
    "scikit-learn",
)


class Selection(BaseModel, frozen=True):
    """Which questions a run asks: the options of the command line."""

    questions: tuple[Path, ...] = ()
    squad: Path | None = None
    questions_from: Path | None = None
    leave_out: bool = False
    unseen_by: Path | None = None
    split: Split | None = None
    sample: int | None = None
    seed: int = 0


class Source(BaseModel, frozen=True):
    """A file that questions came from."""

    path: Path
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "Source":
        with path.open("rb") as file:
            return cls(path=path.resolve(), sha256=hashlib.file_digest(file, "sha256").hexdigest())


class Config(BaseModel, frozen=True):
    """`config.json`: everything that would make the run another one.

    Attributes:
        ablations: the parts that the questions are asked without as well, by their names in `ABLATIONS`.
    """

    name: str
    started: datetime
    questions: int
    selection: Selection
    sources: tuple[Source, ...]
    settings: dict[str, Any]
    manifest: dict[str, Any]
    ablations: tuple[str, ...] = ()
    program: dict[str, str]


class Measured(Figures):
    """`metrics.json`: what `--json` prints, the details, and what changes without each part that was taken away."""

    details: Details
    ablations: dict[str, dict[str, Difference]] = Field(default_factory=dict)

    @property
    def compared(self) -> list[str]:
        """The metrics that the ablations are read by, where each of them has a figure."""
        return [name for name in ABLATION if all(name in differences for differences in self.ablations.values())]


@dataclass(frozen=True)
class Run:
    """The folder of one run."""

    folder: Path
    config: Config

    @classmethod
    def create(cls, root: Path, config: Config) -> "Run":
        """A new folder `TIME-NAME` under `root`.

        Raises:
            ChatbotError: it cannot be made.
        """
        name = f"{config.started:%Y%m%d-%H%M%S}-{config.name}"
        for count in range(1, 1000):
            folder = root / (name if count == 1 else f"{name}-{count}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                if root.exists() and not root.is_dir():
                    raise ChatbotError(f"{root} is a file; --output names the folder that runs are kept in.") from None
                continue
            except OSError as error:
                raise ChatbotError(f"The run cannot be written to {folder} ({error.strerror}).") from None
            (folder / CONFIG).write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")
            return cls(folder, config)
        raise ChatbotError(f"{root} already holds a thousand runs of this second.")

    @classmethod
    def open(cls, path: Path) -> "Run":
        """The run in the folder `path`, or the latest one in it where it is a folder of runs.

        Raises:
            ChatbotError: there is none.
        """
        folder = path
        if path.is_dir() and not (path / CONFIG).is_file():
            folder = max((found.parent for found in path.glob(f"*/{CONFIG}")), default=path)
        try:
            return cls(folder, Config.model_validate_json((folder / CONFIG).read_bytes()))
        except OSError:
            raise ChatbotError(f"{path} is not the folder of a run: it holds no {CONFIG}.") from None
        except ValidationError:
            raise ChatbotError(f"{folder / CONFIG} cannot be read; was it written by another version?") from None

    def without(self, part: str) -> "Run":
        """The same questions asked without a part: `without/PART/` in the run's folder."""
        return Run(self.folder / WITHOUT / part, self.config)

    def rows(self) -> list[Row]:
        """The rows in the order they were asked; a last line that was cut short is passed over.

        Raises:
            ChatbotError: the file is missing or a line is not a row.
        """
        path = self.folder / ROWS
        try:
            content = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise ChatbotError(f"{path} cannot be read ({error}).") from None
        rows: list[Row] = []
        lines = content.split("\n")
        for number, line in enumerate(lines[:-1], start=1):
            try:
                rows.append(Row.model_validate_json(line))
            except ValidationError:
                raise ChatbotError(f"{path}, line {number}: this is not a row that this version can read.") from None
        return rows

    def scored(self) -> list[Row]:
        """The rows, judged as this version judges.

        Raises:
            ChatbotError: there are none, or they cannot be read.
        """
        rows = [judge(row.observation) for row in self.rows()]
        if not rows:
            raise ChatbotError(f"The run {self.folder} holds no answers yet; go on with --resume {self.folder}.")
        return rows

    def append(self, row: Row) -> None:
        """Write one row, whole and at once, so that nothing is lost when the next one is interrupted."""
        with (self.folder / ROWS).open("ab") as file:
            file.write(row.model_dump_json().encode() + b"\n")

    def prepare(self) -> None:
        """Make the folder where there is none yet, and cut off a last line that a killed run left unfinished.

        Raises:
            ChatbotError: the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChatbotError(f"The run cannot be written to {self.folder} ({error.strerror}).") from None
        path = self.folder / ROWS
        if path.exists():
            content = path.read_bytes()
            path.write_bytes(content[: content.rfind(b"\n") + 1])

    def save(self, rows: Iterable[Row], measured: Measured, report: str) -> None:
        """Put `rows` in the place of all rows, at once; write the figures and the report."""
        unfinished = self.folder / f".{ROWS}"
        unfinished.write_text("".join(row.model_dump_json() + "\n" for row in rows), encoding="utf-8")
        unfinished.replace(self.folder / ROWS)
        (self.folder / FIGURES).write_text(measured.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (self.folder / REPORT).write_text(report, encoding="utf-8")


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def safe_name(text: str) -> str:
    """`text` as part of a folder's name."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60] or "run"


def program() -> dict[str, str]:
    """The versions of what ran, and of what it ran on."""
    found = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "implementation": sys.implementation.name,
    }
    for library in ("chatbot", *_LIBRARIES):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
