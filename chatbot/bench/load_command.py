"""The `chatbot bench load` command."""

from pathlib import Path
from typing import Annotated

import typer

from chatbot import terminal


def load(
    askers: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=128, help="How many ask at the same time. May be repeated.", show_default="1, 2, 4 … 128"
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=300, help="How long each number of askers asks.")] = 5.0,
    servers: Annotated[
        int, typer.Option(min=1, max=16, help="Servers the askers are spread over, as behind a reverse proxy.")
    ] = 1,
    questions: Annotated[
        list[Path] | None,
        typer.Option(help="Files with the questions that are asked, as for evaluate.", show_default="corpus/questions"),
    ] = None,
) -> None:
    """Ask servers, started for it on this machine alone, with more and more askers at the same time.

    Prints a table: answers a second, the share of what the bare encoder does in batches on the same cores, milliseconds
    to the answer, questions refused for lack of room, and failures.
    """
    settings = terminal.settings()

    def run() -> str:
        from chatbot.bench.load import bare_encoder, measure_levels
        from chatbot.evaluation.questions import question_files, read_questions

        files = question_files(questions or [], settings.corpus.parent / "questions")
        texts = [line.question for file in files for _, line in read_questions(file)]
        bare = bare_encoder(settings, texts)
        levels = measure_levels(settings, texts, askers or [2**power for power in range(8)], seconds, servers)
        rows = [
            f"| {level.askers} | {level.throughput:.0f} | {level.throughput / bare:.2f} | {level.p50:.0f} | "
            f"{level.p95:.0f} | {level.p99:.0f} | {level.refused} | {level.failed} |"
            for level in levels
        ]
        head = "| Askers | answers/s | of the bare encoder's | p50 ms | p95 ms | p99 ms | refused | failed |"
        return "\n".join([f"The bare encoder in batches: {bare:.0f} questions/s.\n", head, "|---" * 8 + "|", *rows])

    typer.echo(terminal.reporting(run))
