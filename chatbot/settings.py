"""Every setting in one place: name, default, meaning, environment variable."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatbot.errors import ChatbotError

PREFIX = "CHATBOT_"
DEFAULT_MODEL = "multilingual-e5-small"
_ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """What can be set, by `CHATBOT_NAME` in the environment; the README's table is made from this class."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    corpus: Path = Field(_ROOT / "corpus" / "documents", description="Folder with the documents.")
    index: Path = Field(
        _ROOT / "index", description="Folder for what is built: the index and the assembled embedding model."
    )
    embedding_model: str = Field(
        DEFAULT_MODEL,
        description="The embedding model: the default, any Hugging Face name, or a local sentence-transformers folder. "
        "Only a Hugging Face name, here or for the cross-encoder, lets the program use the network.",
    )
    reader: Path | None = Field(
        None, description="Weights made by `chatbot train` for another embedding model, instead of the shipped ones."
    )
    cross_encoder: str = Field(
        "", description="A cross-encoder that re-orders what was read, by Hugging Face name or local folder; slow."
    )
    threads: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Processor threads for one question. Indexing uses all cores."
    )
    passage_characters: Annotated[int, Field(ge=200, le=4000)] = Field(
        1500, description="Longest passage, in characters; longer paragraphs are cut between sentences."
    )
    candidates: Annotated[int, Field(ge=1, le=200)] = Field(20, description="Passages read closely for one question.")
    lexical_weight: Annotated[float, Field(ge=0, le=1)] = Field(
        0.1, description="Share of the BM25 score in the ranking; the rest is cosine similarity."
    )
    threshold: Annotated[float, Field(ge=0, le=1)] = Field(
        0.12, description="Confidence below which the answer is «not found»."
    )
    clear_threshold: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="Confidence from which an answer is shown as clear; below, as «This may be the answer»."
    )
    answer_sentences: Annotated[int, Field(ge=1, le=2)] = Field(
        2, description="Sentences in an answer at most: 1, or 2 where one alone may not be enough."
    )
    max_question_characters: Annotated[int, Field(ge=20, le=10_000)] = Field(
        1000, description="Longest question, in characters."
    )
    language: Annotated[str, Field(pattern="^(en|da)$")] = Field(
        "en", description="Language of the frame (en or da) when a question does not show its own."
    )
    host: str = Field("127.0.0.1", description="Address the page is served at.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(7860, description="Port the page is served at.")


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ChatbotError: a variable has a value that does not fit.
    """
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        variable = PREFIX + str(problem["loc"][0]).upper()
        raise ChatbotError(
            f"{variable}={problem['input']} does not fit: {problem['msg'].lower()}. "
            "See `chatbot settings` for what it takes."
        ) from None


def settings_table() -> str:
    """The settings as a Markdown table, as it stands in the README."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = default.relative_to(_ROOT).as_posix() + "/" if isinstance(default, Path) else default or ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {f'`{shown}`' if shown else 'none'} | {field.description} |")
    return "\n".join(rows)
