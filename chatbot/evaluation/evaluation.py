"""An evaluation from the questions to the figures: prepare, ask, score; or go on where one was interrupted."""

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.chatbot import Chatbot
from chatbot.corpus import open_corpus
from chatbot.errors import ChatbotError
from chatbot.evaluation.ablation import ABLATIONS
from chatbot.evaluation.asking import Asker
from chatbot.evaluation.compare import Difference, differences
from chatbot.evaluation.details import detail
from chatbot.evaluation.figures import score
from chatbot.evaluation.items import Item, select
from chatbot.evaluation.questions import load_questions, question_files
from chatbot.evaluation.report import render
from chatbot.evaluation.rows import Row
from chatbot.evaluation.runs import Config, Measured, Run, Selection, Source, now, program, safe_name
from chatbot.evaluation.squad import Squad, load_squad, unseen
from chatbot.evaluation.verdicts import judge
from chatbot.opening import Ready, open_chatbot, open_over
from chatbot.progress import Progress, no_progress
from chatbot.settings import Settings


@dataclass(frozen=True)
class Prepared:
    """The questions of a selection, the files they came from, and the paragraphs they are about, where those are SQuAD's."""

    selection: Selection
    items: tuple[Item, ...]
    sources: tuple[Source, ...]
    squad: Squad | None


class InterruptedRunError(KeyboardInterrupt):
    """A run was stopped by hand; what it asked is kept, and the message says how to go on."""


def prepare(selection: Selection, settings: Settings) -> Prepared:
    """Read and check the questions; nothing heavy is loaded yet.

    Raises:
        ChatbotError: a file is broken, or no question is left to ask.
    """
    if selection.squad:
        squad = load_squad(selection.squad, selection.questions_from, leave_out=selection.leave_out)
        paths = [path for path in (selection.squad, selection.questions_from, selection.unseen_by) if path]
        items: Sequence[Item] = unseen(squad, selection.unseen_by) if selection.unseen_by else squad.items
    else:
        squad = None
        paths = question_files(selection.questions, settings.corpus.parent / "questions")
        items = load_questions(paths, open_corpus(settings).documents)
    chosen = tuple(select(items, selection.split, selection.sample, selection.seed))
    if not chosen:
        where = f"in the {selection.split} half" if selection.split else "left to ask"
        raise ChatbotError(f"None of the {len(items)} questions is {where}.")
    return Prepared(selection, chosen, tuple(Source.of(path) for path in paths), squad)


def open_for(prepared: Prepared, settings: Settings, progress: Progress = no_progress) -> Ready:
    """The chatbot over the corpus that the questions are about.

    The paragraphs of a SQuAD file are indexed once, under `squad/` and a hash of them in the index folder.

    Raises:
        ChatbotError: the corpus, the model or the index folder is not usable.
    """
    if prepared.squad is None:
        return open_chatbot(settings, progress)
    hashes = "".join(document.sha256 for document in prepared.squad.corpus.documents)
    root = settings.index / "squad" / hashlib.sha256(hashes.encode()).hexdigest()[:16]
    return open_over(prepared.squad.corpus, root, settings, progress)


def start(
    prepared: Prepared, chatbot: Chatbot, settings: Settings, root: Path, name: str | None, *, ablate: bool
) -> Run:
    """Create the folder of a new run; with `ablate` it is to be measured without each part, too.

    Raises:
        ChatbotError: the folder cannot be made.
    """
    config = Config(
        name=safe_name(name or default_name(prepared.selection)),
        started=now(),
        questions=len(prepared.items),
        selection=absolute(prepared.selection),
        sources=prepared.sources,
        settings=_plain(settings),
        manifest=chatbot.index.manifest.model_dump(mode="json"),
        ablations=tuple(ABLATIONS) if ablate else (),
        program=program(),
    )
    return Run.create(root, config)


def check_same(run: Run, prepared: Prepared, chatbot: Chatbot, settings: Settings) -> None:
    """Refuse to go on with a run whose questions, settings or index are not what they were.

    Raises:
        ChatbotError: something changed; the message says what.
    """
    config = run.config
    if [source.sha256 for source in config.sources] != [source.sha256 for source in prepared.sources]:
        raise ChatbotError("The question files changed since the run began; start a new one.")
    now_set, then_set = _plain(settings), config.settings
    changed = sorted(name for name in {*now_set, *then_set} if now_set.get(name) != then_set.get(name))
    if changed:
        raise ChatbotError(f"Settings changed since the run began ({', '.join(changed)}); start a new one.")
    manifest = chatbot.index.manifest.model_dump(mode="json", exclude={"files"})
    if manifest != {key: value for key, value in config.manifest.items() if key != "files"}:
        raise ChatbotError("The index changed since the run began; start a new one.")


def ask_all(run: Run, items: Sequence[Item], chatbot: Chatbot, progress: Progress) -> None:
    """Ask what the run has not asked yet, with everything and without each of its ablations, and keep every row as
    soon as it is there.

    Raises:
        InterruptedRunError: Ctrl-C was pressed.
    """
    try:
        _ask(run, items, chatbot, "Asking", progress)
        for part in run.config.ablations:
            lacking = ABLATIONS[part].without(chatbot, progress)
            _ask(run.without(part), items, lacking, f"Asking without {part}", progress)
    except KeyboardInterrupt:
        folder = shlex.quote(str(run.folder))
        raise InterruptedRunError(
            f"Stopped; {len(run.rows())} of {len(items)} answers are kept in {run.folder}. Go on with "
            f"`chatbot evaluate --resume {folder}`, or score them with `chatbot evaluate --rescore {folder}`."
        ) from None


def _ask(run: Run, items: Sequence[Item], chatbot: Chatbot, step: str, progress: Progress) -> None:
    run.prepare()
    done = {row.question.id for row in run.rows()}
    left = [item for item in items if item.question.id not in done]
    asker = Asker(chatbot)
    asker.warm_up()
    for position, item in enumerate(left, start=len(items) - len(left) + 1):
        run.append(judge(asker.ask(item)))
        progress(step, position, len(items))


def measure(run: Run) -> Measured:
    """Score the rows of a run again, from what was observed, and write the rows, the figures and the report.

    An ablation that was interrupted is left out.

    Raises:
        ChatbotError: the run has no rows, or they cannot be read.
    """
    rows = run.scored()
    measured = Measured(**score(rows).model_dump(), details=detail(rows), ablations=_ablations(run, rows))
    run.save(rows, measured, render(run.config, measured, rows))
    return measured


def _ablations(run: Run, rows: Sequence[Row]) -> dict[str, dict[str, Difference]]:
    asked = {part: run.without(part).rows() for part in run.config.ablations}
    return {
        part: differences(rows, [judge(row.observation) for row in lacking])
        for part, lacking in asked.items()
        if len(lacking) == len(rows)
    }


def default_name(selection: Selection) -> str:
    """What a run is called when nobody names it: its questions, and how they were chosen."""
    if selection.squad:
        parts = [(selection.questions_from or selection.squad).stem]
        if selection.questions_from:
            parts.append(f"over-{selection.squad.stem}")
    else:
        parts = [path.stem for path in selection.questions] or ["questions"]
    if selection.leave_out:
        parts.append("leave-out")
    if selection.split:
        parts.append(selection.split)
    if selection.sample:
        parts.append(f"sample{selection.sample}")
    return "-".join(parts)


def absolute(selection: Selection) -> Selection:
    """The selection with paths that hold from any folder."""
    files = {name: path.resolve() for name, path in selection if isinstance(path, Path)}
    return selection.model_copy(update={**files, "questions": tuple(path.resolve() for path in selection.questions)})


def _plain(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude={"host", "port", "milvus"})
