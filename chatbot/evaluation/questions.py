"""Question files: JSON Lines, one labelled question a line, checked against the documents they are about."""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, ValidationError, model_validator

from chatbot.corpus import Document
from chatbot.errors import ChatbotError
from chatbot.evaluation.items import Item, Place, Question, occurrences

Kind = Literal[
    "direct", "paraphrase", "keyword", "typo", "follow-up", "near-topic", "off-topic", "injection", "small-talk"
]

_Words = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


class QuestionLine(Question, strict=True):
    """One line of a question file. The schema is documented in `corpus/questions/README.md`."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    question: _Words
    answers: tuple[_Words, ...]
    kind: Kind
    history: Annotated[tuple[_Words, ...], Field(min_length=1)] | tuple[()] = ()
    evidence: _Words | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "QuestionLine":
        if self.answerable and not self.answers:
            raise ValueError('it is answerable, so "answers" must name at least one string')
        if not self.answerable and (self.answers or self.evidence):
            raise ValueError('it is not answerable, so it can have no "answers" and no "evidence"')
        return self


def question_files(paths: Sequence[Path], default: Path) -> list[Path]:
    """The files that `paths` name, folders standing for the .jsonl files in them; none names `default`.

    Raises:
        ChatbotError: a path is missing, or a folder holds no question file.
    """
    files: list[Path] = []
    for path in paths or [default]:
        if not path.exists():
            raise ChatbotError(f"There is no question file or folder {path}. Name one with --questions.")
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise ChatbotError(f"The folder {path} holds no question file (.jsonl). Name one with --questions.")
        files.extend(file for file in found if file not in files)
    return files


def load_questions(files: Sequence[Path], documents: Collection[Document]) -> list[Item]:
    """Every question of the files, in order, with the places of its evidence in `documents`.

    Raises:
        ChatbotError: a line is broken; the message names the file and the line.
    """
    items: list[Item] = []
    seen: dict[str, str] = {}
    for path in files:
        before = len(items)
        for number, question in read_questions(path):
            where = f"{path}, line {number}"
            if question.id in seen:
                raise ChatbotError(f'{where}: the id "{question.id}" was already used in {seen[question.id]}.')
            seen[question.id] = where
            places = _places(question.evidence, documents) if question.evidence else ()
            if question.evidence and not places:
                raise ChatbotError(f'{where}: the "evidence" stands word for word in none of the documents.')
            items.append(Item(question, places))
        if len(items) == before:
            raise ChatbotError(f"The question file {path} holds no questions.")
    return items


def read_questions(path: Path) -> Iterator[tuple[int, QuestionLine]]:
    """The questions of one file with their line numbers; blank lines are passed over.

    Raises:
        ChatbotError: the file cannot be read, or a line does not fit the schema.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ChatbotError(f"The question file {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        broken = error.object[: error.start].count(b"\n") + 1
        raise ChatbotError(f"{path}, line {broken}: this is not UTF-8 text. Save the file as UTF-8.") from None
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            json.loads(line)
            yield number, QuestionLine.model_validate_json(line)
        except json.JSONDecodeError as error:
            raise ChatbotError(
                f"{path}, line {number}: this is not JSON ({error.msg}, column {error.colno})."
            ) from None
        except ValidationError as error:
            raise ChatbotError(f"{path}, line {number}: {_problem(error)}.") from None


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    field = next((str(part) for part in first["loc"] if isinstance(part, str)), "")
    match first["type"]:
        case "missing":
            return f'the field "{field}" is missing'
        case "extra_forbidden":
            return f'there is no field "{field}"; the fields are {", ".join(QuestionLine.model_fields)}'
        case "value_error":
            return str(first["msg"]).removeprefix("Value error, ")
        case "literal_error":
            return f'"{field}" is {json.dumps(first["input"])}; it must be one of {", ".join(get_args(Kind))}'
        case "json_invalid":
            return f"this is not JSON ({first.get('ctx', {}).get('error', first['msg'])})"
        case "model_type":
            return "this is not a JSON object"
        case "string_pattern_mismatch" | "string_too_short" if not str(first["input"]).strip():
            return f'"{field}" is blank'
        case _:
            message = str(first["msg"])
            return f'"{field}" does not fit: {message[:1].lower()}{message[1:]}'


def _places(evidence: str, documents: Collection[Document]) -> tuple[Place, ...]:
    return tuple(
        Place(document=document.id, start=start, end=start + len(evidence))
        for document in documents
        for start in occurrences(evidence, document.text)
    )
