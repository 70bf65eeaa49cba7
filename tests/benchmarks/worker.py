"""One system in a process of its own: commands come as JSON lines on standard input, figures go out the same way."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from chatbot.process import prepare_process
from chatbot.settings import Settings
from tests.benchmarks.systems import SYSTEMS, Model, System


def main(name: str, model: Model) -> None:
    prepare_process(Settings())
    os.environ["HF_HUB_OFFLINE"] = "1"
    # What a library prints must not get among the figures.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    system = SYSTEMS[name](model)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    system.index(["A paragraph."])
    system.search("A question?")
    _say(out, {})
    for line in sys.stdin:
        _say(out, _done(system, json.loads(line)))


def _done(system: System, command: dict[str, Any]) -> dict[str, Any]:
    started, busy = time.perf_counter(), time.process_time()
    if "index" in command:
        system.index(command["index"])
        found = None
    else:
        found = system.search(command["search"])
    return {"found": found, "wall": time.perf_counter() - started, "processor": time.process_time() - busy}


def _say(out: Any, figures: dict[str, Any]) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = {"processor_so_far": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
    out.write(json.dumps({**figures, **memory}) + "\n")
    out.flush()


if __name__ == "__main__":
    name, title, folder, query, passage = sys.argv[1:]
    main(name, Model(title, Path(folder), query, passage))
