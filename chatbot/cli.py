"""The command line: ask, index, serve, mcp, settings, doctor, feedback, widget, evaluate, train, bench."""

import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chatbot import terminal
from chatbot.bench.command import bench
from chatbot.errors import ChatbotError
from chatbot.evaluation.command import evaluate
from chatbot.printing import print_answer, print_sentence
from chatbot.settings import Settings, settings_table
from chatbot.training.command import train
from chatbot.web.widget.command import widget

if TYPE_CHECKING:
    from chatbot.answer import WrittenSentence
    from chatbot.opening import Ready

app = typer.Typer(
    help="Answers questions from documents, with the exact sentence as its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, or - to read one a line from standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a question and nothing else.")] = False,
) -> None:
    """Answer a question in Danish or English.

    With --json every question gives one line: question, language, status (answered, not_found, small_talk or
    rejected), certainty, text, confidence, citations, suggestions, understood_as. Offsets count characters of the
    document's text after its front matter; page is that of a PDF or the slide of a presentation. Where a language model
    writes, wording says whether it did, and sentences which citation supports each of its sentences.
    """
    from chatbot.listener import Listener

    chatbot = _ready().chatbot
    questions = _lines() if question == "-" else iter([question])
    refused = False
    for line in questions:
        said: list[WrittenSentence] = []
        answer = chatbot.ask(line, listener=None if json else Listener(partial(print_sentence, said)))
        refused = answer.status == "rejected"
        if json:
            sys.stdout.write(answer.model_dump_json() + "\n")
            sys.stdout.flush()
        else:
            print_answer(chatbot.documents, answer, said)
    if refused and not json and question != "-":
        raise typer.Exit(2)


@app.command()
def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Embed everything again, even if nothing changed.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and update it whenever a document changes.")] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the index before; a second time takes that back.")
    ] = False,
) -> None:
    """Bring the index of the corpus up to date: what changed is embedded, the rest is taken over."""
    if rollback and (rebuild or watch):
        raise typer.BadParameter("--rollback goes alone.")
    settings = terminal.settings()
    if rollback:
        from chatbot.versions import roll_back

        terminal.reporting(lambda: roll_back(settings.index))
    ready = _ready(rebuild=rebuild)
    _report(ready)
    if watch:
        terminal.reporting(lambda: _follow(ready, settings))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve at, instead of CHATBOT_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port, instead of CHATBOT_PORT.")] = None,
) -> None:
    """Serve the chat page. It opens at once and gets ready behind the page."""
    settings = terminal.settings()
    changes: dict[str, Any] = {}
    if host is not None:
        changes["host"] = host
    if port is not None:
        changes["port"] = port

    def run() -> None:
        from chatbot.web.server import serve_page

        serve_page(settings.model_copy(update=changes))

    terminal.reporting(run)


@app.command("mcp")
def serve_assistants() -> None:
    """Answer other assistants on standard input and output, by the Model Context Protocol; takes the extra `mcp`."""

    def run() -> None:
        if find_spec("mcp") is None:
            raise ChatbotError("The Model Context Protocol is not installed. Install it with: pip install '.[mcp]'.")
        from chatbot.assistant import tool_server

        tool_server(_ready().chatbot).run("stdio")

    terminal.reporting(run)


@app.command()
def doctor() -> None:
    """Check corpus, index, models and the connection to a language model, and say what is wrong and what to do."""
    settings = terminal.settings()
    from chatbot.doctor import examine

    healthy = True
    for finding in examine(settings):
        healthy = healthy and finding.healthy
        typer.echo(f"{'ok' if finding.healthy else 'PROBLEM'}  {finding.what}: {finding.told}")
    if not healthy:
        raise typer.Exit(1)


@app.command("settings")
def show_settings() -> None:
    """Print every setting, its default and what it means, as a Markdown table."""
    typer.echo(settings_table())


feedback = typer.Typer(help="What people thought of the answers.", no_args_is_help=True)
app.add_typer(feedback, name="feedback")


@feedback.command("export")
def export_feedback() -> None:
    """Print the stored feedback as candidate questions for `chatbot evaluate`, one JSON object a line.

    Each was masked before it was stored, and its note says how it was voted on. Label every line before use.
    """

    def export() -> None:
        from chatbot.evaluation.candidates import candidates
        from chatbot.feedback import FeedbackStore

        path = terminal.settings().feedback
        if path is None:
            raise ChatbotError("Feedback is off. Set CHATBOT_FEEDBACK to the file it is kept in.")
        rows = list(FeedbackStore(path).rows())
        chatbot = _ready().chatbot
        for line in candidates(rows, lambda question, language: chatbot.ask(question, language=language)):
            sys.stdout.write(line.model_dump_json(exclude_defaults=True) + "\n")

    terminal.reporting(export)


app.command("widget")(widget)
app.command("evaluate")(evaluate)
app.command("train")(train)
app.add_typer(bench, name="bench")


def main() -> None:
    """The `chatbot` command."""
    app()


def _ready(*, rebuild: bool = False) -> "Ready":
    settings = terminal.settings()

    def load() -> "Ready":
        from chatbot.opening import open_chatbot

        with terminal.progress_bar() as progress:
            return open_chatbot(settings, progress, rebuild=rebuild)

    ready = terminal.reporting(load)
    for notice in ready.notices:
        terminal.warn(notice)
    return ready


def _report(ready: "Ready") -> None:
    assert ready.opened is not None  # noqa: S101 - it was opened for this
    manifest = ready.chatbot.index.manifest
    if ready.opened.rebuilt_because:
        typer.echo(f"Documents: {ready.opened.changes}. {_count(ready.opened.embedded, 'passage')} embedded.")
    typer.echo(
        f"The index is {'rolled back' if ready.opened.held else 'up to date'}: "
        f"{_count(len(manifest.documents), 'document')}, {_count(manifest.passages, 'passage')}, "
        f"{_count(manifest.sentences, 'sentence')}."
    )


def _follow(ready: "Ready", settings: Settings) -> None:
    from chatbot.watching import follow

    every = settings.watch or Settings.model_fields["watch"].default
    typer.echo("Watching the documents (Ctrl+C stops it).", err=True)
    with contextlib.suppress(KeyboardInterrupt), terminal.progress_bar() as progress:
        for update in follow(ready, settings.model_copy(update={"watch": every}), Event(), terminal.warn, progress):
            for notice in update.notices:
                terminal.warn(notice)
            _report(update)


def _lines() -> Iterator[str]:
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    for line in sys.stdin:
        yield line.rstrip("\r\n")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


if __name__ == "__main__":
    main()
