"""The `chatbot train` command."""

from pathlib import Path
from typing import Annotated

import typer

from chatbot import terminal


def train(
    squad: Annotated[
        list[Path], typer.Argument(help="SQuAD 2.0 files to learn from, unanswerable questions included.")
    ],
    held_out: Annotated[
        Path, typer.Option(help="SQuAD file that the confidence is fitted on; nothing else is learned from it.")
    ],
    apart: Annotated[
        list[Path] | None,
        typer.Option(help="The same, with articles that are asked one at a time. May be repeated."),
    ] = None,
    translation: Annotated[
        list[Path] | None,
        typer.Option(help="The questions of the held-out file in another language, same ids. May be repeated."),
    ] = None,
    held_out_apart: Annotated[
        list[Path] | None,
        typer.Option(help="Files like those of --apart that the confidence is fitted on besides. May be repeated."),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where to write the weights.")] = Path("reader.safetensors"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same weights.")] = 0,
) -> None:
    """Train the reader (sentence choice, answerability, confidence) for the embedding model that is set.

    Prints how the confidence did on questions it had not seen. Use the weights with CHATBOT_READER.
    """
    settings = terminal.settings()

    def run() -> None:
        from chatbot.embedding_model import load_embeddings
        from chatbot.reader import save_reader
        from chatbot.training.recipe import train as fit

        with terminal.progress_bar() as progress:
            embeddings = load_embeddings(settings, progress)
            trained = fit(
                squad, apart or [], held_out, translation or [], held_out_apart or [], embeddings, seed, progress
            )
        save_reader(trained.reader, output)
        for name, value in trained.fitted.report.items():
            typer.echo(f"{name}: {value:.3f}")
        typer.echo(f"Wrote {output} ({output.stat().st_size // 1024} KB).", err=True)

    terminal.reporting(run)
