"""The figures and comparisons as tables in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatbot.evaluation.compare import Comparison
from chatbot.evaluation.figures import Figures
from chatbot.evaluation.metrics import METRICS
from chatbot.evaluation.runs import Measured


def figures(measured: Figures) -> None:
    """Print every metric with its interval."""
    table = _table(f"{measured.questions} questions", "value", "95% interval")
    for name, figure in measured.metrics.items():
        value, low, high = (_number(value, name) for value in (figure.value, figure.low, figure.high))
        table.add_row(name, value, f"{low} – {high}", METRICS[name].meaning)
    Console(highlight=False).print(table)


def ablations(measured: Measured) -> None:
    """Print the metrics of an ablation as they are without each part; nothing where none was taken away."""
    if not measured.ablations:
        return
    names = measured.compared
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("without", no_wrap=True)
    for name in names:
        table.add_column(name.removesuffix("_ms").replace("_", " "), justify="right", min_width=6)
    table.add_row("nothing", *(_number(measured.metrics[name].value, name) for name in names))
    for part, differences in measured.ablations.items():
        shown = (_number(differences[name].b, name) + ("*" if differences[name].certain else " ") for name in names)
        table.add_row(part, *shown)
    console = Console(highlight=False)
    console.print()
    console.print(table)
    console.print(Text("* by more than chance (the 95% interval of the paired difference leaves out none)", "dim"))


def comparison(compared: Comparison) -> None:
    """Print every metric of both runs, and the questions whose verdict changed."""
    console = Console(highlight=False)
    table = _table(f"{compared.questions} questions", "A", "B", "B - A", "95% interval")
    for name, difference in compared.differences.items():
        values = (difference.a, difference.b, difference.value, difference.low, difference.high)
        *shown, low, high = (_number(value, name) for value in values)
        table.add_row(name, *shown, f"{low} – {high}", difference.judged(name))
    console.print(table)
    for question in compared.changed:
        console.print(Text(f"{question.id}: {question.before} → {question.after}: {question.question}"))


def _table(first: str, *columns: str) -> Table:
    table = Table(first, box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", style="dim")
    return table


def _number(value: float, metric: str) -> str:
    return f"{value:.1f}" if METRICS[metric].unit in ("ms", "tokens") else f"{value:.3f}"
