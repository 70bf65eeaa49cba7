"""What every command shares: settings, errors as one sentence, a progress bar on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from chatbot.errors import ChatbotError
from chatbot.process import prepare_process
from chatbot.settings import Settings, load_settings

if TYPE_CHECKING:
    from chatbot.progress import Progress

Result = TypeVar("Result")


def settings() -> Settings:
    """The settings from the environment, with the process prepared for the heavy libraries."""
    loaded = reporting(load_settings)
    prepare_process(loaded)
    return loaded


def reporting(action: Callable[[], Result]) -> Result:
    """Run `action`; what goes wrong for a reason a person can mend is one message and exit code 1."""
    try:
        return action()
    except ChatbotError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None


def warn(message: str) -> None:
    """One line on standard error."""
    typer.echo(message, err=True)


@contextmanager
def progress_bar() -> Iterator["Progress"]:
    """A progress callback (step, done, total) that draws on standard error where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )

    class Rate(ProgressColumn):
        def render(self, task: Task) -> str:
            return f"{task.speed:,.0f}/s" if task.speed else ""

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield progress
