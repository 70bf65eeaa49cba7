"""`chatbot evaluate`: the options, and what is done with each combination of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from chatbot import terminal

if TYPE_CHECKING:
    from chatbot.evaluation.gates import Gate, Limit
    from chatbot.evaluation.runs import Run

_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130


def evaluate(
    *,
    questions: Annotated[
        list[Path] | None,
        typer.Option(help="A question file, or a folder of them; may be repeated.", show_default="corpus/questions"),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Ask one half only: dev or test.")] = None,
    squad: Annotated[Path | None, typer.Option(help="Ask the questions of a SQuAD file about its paragraphs.")] = None,
    questions_from: Annotated[
        Path | None, typer.Option(help="With --squad: take the wording of the questions from this file, by their ids.")
    ] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="With --squad: ask each question without its own article.")
    ] = False,
    unseen_by: Annotated[
        Path | None,
        typer.Option(help="With --squad: only questions about paragraphs that this file, learned from, does not hold."),
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Ask only this many of the questions.")] = None,
    seed: Annotated[int, typer.Option(help="Which questions --sample takes.")] = 0,
    ablate: Annotated[
        bool,
        typer.Option(
            "--ablate", help="Ask again without each part, to see what it adds; takes about eight times as long."
        ),
    ] = False,
    output: Annotated[Path, typer.Option(help="The folder that runs are kept in.")] = Path("runs"),
    name: Annotated[str | None, typer.Option(help="Name of the run.", show_default="after the question files")] = None,
    gate: Annotated[
        list[str] | None, typer.Option(help="Fail unless this holds, as in 'accuracy>=0.9'; may be repeated.")
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="RUN_A RUN_B", help="Compare two runs instead of asking.")
    ] = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=X", help="With --compare: fail if the metric got worse by more; may be repeated."),
    ] = None,
    rescore: Annotated[Path | None, typer.Option(metavar="RUN", help="Score a run again without asking.")] = None,
    resume: Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure how well the chatbot answers, and how well it knows when not to.

    Asks labelled questions, scores the answers and writes a folder with the rows, the figures and a report. RUN is
    such a folder, or a folder of them, which stands for its latest. Metrics, gates and files are described in
    docs/evaluation.md.

    Ends with 0, with 1 where a gate or a limit fails or something cannot be read, with 2 where the options do not fit.
    """
    gates, limits = _conditions(gate or [], max_drop or [])
    selected: dict[str, object] = {
        "questions": tuple(questions or ()), "squad": squad, "questions_from": questions_from, "leave_out": leave_out,
        "unseen_by": unseen_by, "split": split, "sample": sample,
    }  # fmt: skip
    instead = {"compare": compare, "rescore": rescore, "resume": resume}
    _check_together(instead, {**selected, "name": name, "ablate": ablate})
    if compare:
        if gates:
            _usage("--gate is for one run; use --max-drop with --compare.")
        return _compare(*compare, limits, json=json)
    if limits:
        _usage("--max-drop needs --compare.")
    if rescore:
        return _finish(_opened(rescore), gates, json=json)
    _check_selected(selected)
    return _finish(_asked(resume, {**selected, "seed": seed}, output, name, ablate=ablate), gates, json=json)


def _check_together(instead: Mapping[str, object], asks: Mapping[str, object]) -> None:
    given = [name for name, value in {**instead, **asks}.items() if value]
    if any(instead.values()) and len(given) > 1:
        _usage(f"{_option(given[0])} and {_option(given[1])} cannot be used together.")


def _check_selected(selected: Mapping[str, object]) -> None:
    if selected["questions"] and selected["squad"]:
        _usage("--questions and --squad cannot be used together.")
    for name in ("questions_from", "leave_out", "unseen_by"):
        if selected[name] and not selected["squad"]:
            _usage(f"{_option(name)} needs --squad.")
    if selected["split"] not in (None, "dev", "test"):
        _usage(f"--split takes dev or test, not {selected['split']}.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _opened(path: Path) -> "Run":
    from chatbot.evaluation.runs import Run

    return terminal.reporting(lambda: Run.open(path))


def _asked(
    resumed: Path | None, selected: Mapping[str, object], output: Path, name: str | None, *, ablate: bool
) -> "Run":
    """A new run, or one that was interrupted, once everything was asked."""
    # Before anything imports numpy, which reads the number of threads once.
    settings = terminal.settings()
    from chatbot.evaluation import evaluation
    from chatbot.evaluation.runs import Selection

    run = _opened(resumed) if resumed else None
    selection = run.config.selection if run else Selection.model_validate(selected)

    def ask() -> "Run":
        prepared = evaluation.prepare(selection, settings)
        with terminal.progress_bar() as progress:
            ready = evaluation.open_for(prepared, settings, progress)
            for notice in ready.notices:
                terminal.warn(notice)
            if run:
                evaluation.check_same(run, prepared, ready.chatbot, settings)
            begun = run or evaluation.start(prepared, ready.chatbot, settings, output, name, ablate=ablate)
            evaluation.ask_all(begun, prepared.items, ready.chatbot, progress)
        return begun

    try:
        return terminal.reporting(ask)
    except evaluation.InterruptedRunError as stopped:
        terminal.warn(str(stopped))
        raise typer.Exit(_INTERRUPTED) from None


def _finish(run: "Run", gates: Sequence["Gate"], *, json: bool) -> None:
    from chatbot.evaluation import evaluation, printing
    from chatbot.evaluation.figures import Figures
    from chatbot.evaluation.gates import failures

    try:
        measured = terminal.reporting(lambda: evaluation.measure(run))
    except KeyboardInterrupt:
        terminal.warn(f"Stopped; the answers are kept. Score them with `chatbot evaluate --rescore {run.folder}`.")
        raise typer.Exit(_INTERRUPTED) from None
    if json:
        typer.echo(measured.model_dump_json(include=set(Figures.model_fields)))
    else:
        printing.figures(measured)
        printing.ablations(measured)
    terminal.warn(f"The report is {run.folder / 'report.html'}.")
    _fail_if(failures(gates, measured))


def _compare(a: Path, b: Path, limits: Sequence["Limit"], *, json: bool) -> None:
    from chatbot.evaluation import printing
    from chatbot.evaluation.compare import compare, drops

    before, after = _opened(a), _opened(b)
    comparison = terminal.reporting(lambda: compare(before.scored(), after.scored()))
    if json:
        typer.echo(comparison.model_dump_json())
    else:
        printing.comparison(comparison)
    _fail_if(drops(comparison, limits))


def _conditions(gates: Sequence[str], limits: Sequence[str]) -> "tuple[list[Gate], list[Limit]]":
    if not gates and not limits:
        return [], []
    from chatbot.evaluation.gates import GateSyntaxError, parse_gate, parse_limit

    try:
        return [parse_gate(text) for text in gates], [parse_limit(text) for text in limits]
    except GateSyntaxError as error:
        _usage(str(error))


def _fail_if(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        terminal.warn(sentence)
    if sentences:
        raise typer.Exit(_FAILED)


def _usage(sentence: str) -> NoReturn:
    terminal.warn(f"Error: {sentence}")
    raise typer.Exit(_USAGE)
