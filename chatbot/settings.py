"""Every setting in one place: name, default, meaning, environment variable."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatbot.errors import ChatbotError
from chatbot.language import Language

PREFIX = "CHATBOT_"
DEFAULT_MODEL = "multilingual-e5-small"
_MILVUS = "milvus+"
_ROOT = Path(__file__).resolve().parents[1]
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?")


def _origins(value: str) -> str:
    for origin in value.split():
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin} is no origin like https://www.example.org, in small letters, without a path")
    return value


def _ancestors(value: str) -> str:
    if value not in ("'none'", "'self'"):
        _origins(" ".join(source for source in value.split() if source != "'self'"))
    return value or "'none'"


def _networks(value: str) -> str:
    for network in filter(None, (part.strip() for part in value.split(","))):
        ip_network(network)
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password):
        raise ValueError("an address like http://127.0.0.1:8080/v1, without name or password")
    return value


def _rates(value: str) -> str:
    from limits import parse_many

    if value:
        parse_many(value)
    return value


class Settings(BaseSettings):
    """What can be set, by `CHATBOT_NAME` in the environment; the table in docs/settings.md is made from this class."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _index_in_milvus(cls, values: Any) -> Any:
        index = str(values.get("index", "")) if isinstance(values, dict) else ""
        if not index.startswith(_MILVUS):
            return values
        return {**{name: value for name, value in values.items() if name != "index"}, "milvus": index[len(_MILVUS) :]}

    corpus: Path = Field(_ROOT / "corpus" / "documents", description="Folder with the documents.")
    index: Path = Field(
        _ROOT / "index",
        description="Folder for what is built: the index and the assembled embedding model. `milvus+` before an "
        "address stands for CHATBOT_MILVUS and the folder `index/`.",
    )
    milvus: str = Field(
        "",
        description="A Milvus that searches instead of FAISS, as `http://host:19530`, or a file of Milvus Lite, which "
        "ends in `.db`; the folder of the index then keeps the rest.",
    )
    max_file_mb: Annotated[int, Field(ge=1, le=1000)] = Field(
        100, description="Largest file that is read from the corpus folder, in MB."
    )
    file_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        60, description="Longest time for turning one file (PDF, Word and the like) into text, in seconds."
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
    candidates: Annotated[int, Field(ge=1, le=200)] = Field(10, description="Passages read closely for one question.")
    lexical_weight: Annotated[float, Field(ge=0, le=1)] = Field(
        0.1, description="Share of the BM25 score in the ranking; the rest is cosine similarity."
    )
    wrong_cost: Annotated[float, Field(ge=0, le=1000)] = Field(
        3.5,
        description="What a wrong answer shown as clear costs, counted in refusals of a question that could be answered: "
        "an answer is clear where its chance is at least cost / (1 + cost).",
    )
    possible_cost: Annotated[float, Field(ge=0, le=1000)] = Field(
        0.25,
        description="The same of a wrong answer shown as «This may be the answer»: below that chance the answer is "
        "«not found».",
    )
    answer_sentences: Annotated[int, Field(ge=1, le=2)] = Field(
        2, description="Sentences in an answer at most: 1, or 2 where one alone may not be enough."
    )
    llm: str = Field(
        "",
        description="A language model that writes the answers, as `openai:NAME`, `ollama:NAME` or `anthropic:NAME`; what it "
        "writes is shown where the documents say so. Its key stays in the provider's own variable.",
    )
    llm_base_url: Annotated[str, AfterValidator(_address)] = Field(
        "", description="Where that model is served, as `http://127.0.0.1:8080/v1`; empty: by its provider."
    )
    llm_timeout: Annotated[float, Field(ge=0.1, le=120)] = Field(
        20.0, description="Longest time for writing one answer, in seconds; then the quote is shown."
    )
    llm_max_tokens: Annotated[int, Field(ge=16, le=4000)] = Field(
        300, description="Longest answer that is written, in tokens."
    )
    llm_prompt_tokens: Annotated[int, Field(ge=300, le=100_000)] = Field(
        2000, description="Longest prompt, passages included, in tokens, estimated at three characters each."
    )
    max_question_characters: Annotated[int, Field(ge=20, le=10_000)] = Field(
        1000, description="Longest question, in characters."
    )
    language: Language = Field(
        "en", description="Language of the frame (en or da) when a question does not show its own."
    )
    contact: str = Field(
        "", description="Whom people can ask instead, shown on the page: a web address, an e-mail address or any text."
    )
    watch: Annotated[float, Field(ge=0, le=86_400)] = Field(
        2.0, description="Seconds between two looks for changed documents while serving; 0 for never."
    )
    host: str = Field("127.0.0.1", description="Address the page is served at.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(7860, description="Port the page is served at.")
    feedback: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = Field(
        _ROOT / "index" / "feedback.sqlite3",
        description="File that votes on answers are kept in, with personal details masked; empty: no feedback is taken.",
    )
    allowed_origins: Annotated[str, AfterValidator(_origins)] = Field(
        "", description="Other sites whose pages may ask, as `https://www.example.org`, separated by spaces."
    )
    frame_ancestors: Annotated[str, AfterValidator(_ancestors)] = Field(
        "'none'", description="Who may show the page in a frame: `'none'`, `'self'`, or origins separated by spaces."
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Addresses or networks of reverse proxies, separated by commas; only their `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed.",
    )
    rate_limit: Annotated[str, AfterValidator(_rates)] = Field(
        "30/minute; 300/hour", description="Questions, and votes, that one client may send; empty: as many as it likes."
    )
    rate_limit_site: Annotated[str, AfterValidator(_rates)] = Field(
        "300/minute", description="The same, of all visitors of one of the other sites together."
    )
    rate_limit_total: Annotated[str, AfterValidator(_rates)] = Field(
        "600/minute", description="Questions, and votes, of all clients together."
    )
    rate_limit_requests: Annotated[str, AfterValidator(_rates)] = Field(
        "600/minute", description="Requests of any kind that one client may send, the page's own files aside."
    )
    rate_limit_storage: str = Field(
        "async+memory://",
        description="Where the counts are kept, as an address of the `limits` library; several processes must share one.",
    )
    questions_at_once: Annotated[int, Field(ge=1, le=64)] = Field(
        8, description="Questions looked up at the same time, sharing the encoder; the others wait their turn."
    )
    questions_waiting: Annotated[int, Field(ge=1, le=10_000)] = Field(
        120, description="Questions that may wait; beyond that the service says that it is busy."
    )
    log_questions: bool = Field(
        default=False, description="Whether the log tells what was asked; `false` keeps every word out of it."
    )

    @property
    def clear_threshold(self) -> float:
        """The chance from which showing an answer as clear costs less than refusing, if wrong ones cost `wrong_cost`.

        With a chance p it costs (1 - p) · cost on average, and refusing costs p.
        """
        return self.wrong_cost / (1 + self.wrong_cost)

    @property
    def threshold(self) -> float:
        """The same for showing it as possible: below, the answer is «not found»."""
        return self.possible_cost / (1 + self.possible_cost)


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
        # An address may hold a password.
        given = "" if problem["loc"][0] == "llm_base_url" else f"={problem['input']}"
        raise ChatbotError(
            f"{variable}{given} does not fit: {problem['msg'].lower()}. See `chatbot settings` for what it takes."
        ) from None


def settings_table() -> str:
    """The settings as a Markdown table, as it stands in docs/settings.md."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            shown = default.relative_to(_ROOT).as_posix() + ("" if default.suffix else "/")
        else:
            shown = str(default).lower() if isinstance(default, bool) else default or ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {f'`{shown}`' if shown else 'none'} | {field.description} |")
    return "\n".join(rows)
