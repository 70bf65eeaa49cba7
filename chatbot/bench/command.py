"""The `chatbot bench` commands."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot import terminal

if TYPE_CHECKING:
    from chatbot.bench.scale import Scale
    from chatbot.bench.synthetic import Originals
    from chatbot.progress import Progress
    from chatbot.settings import Settings

bench = typer.Typer(help="How fast and how large, measured on this machine.", no_args_is_help=True)

Squad = Annotated[Path | None, typer.Option(help="SQuAD file whose paragraphs are multiplied, instead of the corpus.")]
Questions = Annotated[int, typer.Option(min=21, help="How many questions to search with.")]


@bench.command()
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


@bench.command()
def scale(
    passages: Annotated[
        list[int] | None, typer.Option(min=100, help="How many passages. May be repeated.", show_default="10000")
    ] = None,
    squad: Squad = None,
    questions: Questions = 500,
    output: Annotated[Path | None, typer.Option(help="Write all figures to this file, as JSON.")] = None,
) -> None:
    """Build synthetic indexes, open and search each, and say what it took.

    Real passages are multiplied and perturbed, words and vectors alike; nothing but the originals is embedded. A million
    passages take 7 GB under the index folder for as long as it runs.
    """
    settings = terminal.settings()

    def run() -> list["Scale"]:
        from chatbot.bench.scale import measure

        with terminal.progress_bar() as progress:
            originals = _originals(squad, settings, progress)
            return [measure(originals, count, questions, settings.index, progress) for count in passages or [10_000]]

    measured = terminal.reporting(run)
    typer.echo(_table(measured))
    if output is not None:
        figures = [each.model_dump(exclude={"searched": {"rows"}}) for each in measured]
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


@bench.command()
def kinds(
    passages: Annotated[int, typer.Option(min=1000, help="How many vectors.")] = 100_000,
    squad: Squad = None,
    questions: Questions = 500,
) -> None:
    """Compare kinds of index over the same synthetic vectors: memory, recall, time. All are held in memory."""
    settings = terminal.settings()

    def run() -> None:
        from chatbot.bench.kinds import compare
        from chatbot.bench.synthetic import Copies
        from chatbot.nearest import lists_for

        typer.echo("| kind | looks at | build | bytes a vector | recall@10 | search |\n|---|---|---|---|---|---|")
        with terminal.progress_bar() as progress:
            copies = Copies(_originals(squad, settings, progress), passages)
            for kind in compare(copies, lists_for(passages), questions, progress):
                columns = (kind.factory, kind.looks_at or "all", f"{kind.build_s:.0f} s", f"{kind.bytes_each:.0f}")
                typer.echo(f"| {' | '.join(map(str, columns))} | {kind.recall:.3f} | {kind.search_ms:.2f} ms |")

    terminal.reporting(run)


def _originals(squad: Path | None, settings: "Settings", progress: "Progress") -> "Originals":
    from chatbot.bench.synthetic import Originals, Question
    from chatbot.errors import ChatbotError
    from chatbot.evaluation.evaluation import open_for, prepare
    from chatbot.evaluation.runs import Selection

    prepared = prepare(Selection(squad=squad), settings)
    chatbot = open_for(prepared, settings, progress).chatbot
    index = chatbot.index
    answerable = [item for item in prepared.items if item.places]
    encoded = dict(chatbot.embeddings.questions([item.question.question for item in answerable], progress))
    spans = [(passage.document.id, passage.start, passage.end) for passage in index.passages]
    asked: list[Question] = []
    for position, item in enumerate(answerable):
        place = item.places[0]
        rows = [row for row, span in enumerate(spans) if span[0] == place.document and span[1] <= place.start < span[2]]
        asked.extend(Question(item.question.question, encoded[position].vector, row) for row in rows)
    if not asked:
        raise ChatbotError("None of the questions has an answer in the documents, so there is nothing to search for.")
    return Originals(index, asked)


def _table(measured: "list[Scale]") -> str:
    """The figures as a Markdown table, one column a size."""
    rows = {
        "passages; sentences": [f"{each.passages:,}; {each.sentences:,}" for each in measured],
        "index of vectors": [each.searched.kind for each in measured],
        "build, embedding aside": [f"{sum(each.built_s.values()):,.0f} s" for each in measured],
        "peak memory of the build": [f"{each.build_peak_mb:,.0f} MB" for each in measured],
        "on disk": [f"{sum(each.disk_mb.values()):,.0f} MB" for each in measured],
        "load": [f"{each.searched.load_s:.2f} s" for each in measured],
        "resident memory": [f"{each.searched.resident_mb:,.0f} MB" for each in measured],
        "of that mapped files": [f"{each.searched.of_that_mapped_mb:,.0f} MB" for each in measured],
        "search, p50; p99": [_pair(each.searched.search_ms) for each in measured],
        "the same, processor time": [_pair(each.searched.search_cpu_ms) for each in measured],
        "recall@10 against exact": [f"{each.recall:.3f}" for each in measured],
        "all of retrieval, p50; p99": [_pair(each.searched.retrieval_ms) for each in measured],
    }
    lines = ["| |" + " |" * len(measured), "|---|" + "---|" * len(measured)]
    lines.extend(f"| {name} | {' | '.join(values)} |" for name, values in rows.items())
    return "\n".join(lines)


def _pair(milliseconds: tuple[float, float]) -> str:
    return f"{milliseconds[0]:.1f}; {milliseconds[1]:.1f} ms"
