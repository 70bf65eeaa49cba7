"""Watching: a chatbot that follows its documents, and its index, as they change."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic

from chatbot import versions
from chatbot.corpus import open_corpus
from chatbot.engines import engine_for
from chatbot.errors import ChatbotError
from chatbot.indexing import open_index
from chatbot.opening import Ready, index_notices
from chatbot.progress import Progress, no_progress
from chatbot.settings import Settings

# Looking takes at most this share of the time, however many files there are.
_SHARE = 0.05

# Files that never come to rest are read all the same after so many looks.
_RESTLESS = 10

_RETRY = 30.0  # seconds, after an update that failed

logger = logging.getLogger(__name__)


def follow(
    ready: Ready,
    settings: Settings,
    stop: Event,
    announce: Callable[[str], None],
    progress: Progress = no_progress,
) -> Iterator[Ready]:
    """A chatbot over the new index, whenever documents changed or another process changed the index.

    It looks every `settings.watch` seconds until `stop` is set. An update that fails is announced and tried again; the
    index that was there goes on serving.
    """
    watch = _Watch(ready, settings, progress)
    failure = ""
    pause = settings.watch
    while not stop.wait(pause):
        started = monotonic()
        try:
            new = watch.look()
        except ChatbotError as error:
            if str(error) != failure:
                announce(str(error))
            failure, pause = str(error), _RETRY
            continue
        except Exception:
            logger.exception("The index was not updated")
            pause = _RETRY
            continue
        pause = max(settings.watch, (monotonic() - started) / _SHARE if new is None else 0)
        if new is not None:
            failure = ""
            yield new


class _Watch:
    """What is served, and how files and index looked when it was found to be up to date.

    Files are known by size and time, which works on any file system.
    """

    def __init__(self, ready: Ready, settings: Settings, progress: Progress) -> None:
        self._ready = ready
        self._settings = settings
        self._engine = engine_for(settings, settings.index)
        self._progress = progress
        self._done: object = None
        self._last: object = None
        self._restless = 0

    def look(self) -> Ready | None:
        """A chatbot over the new index, if there is one by now. Waits for files that are being written to come to rest.

        Raises:
            ChatbotError: the corpus or the index folder is not usable as it is.
        """
        now = (_files(self._settings.corpus), versions.current(self._settings.index))
        at_rest = now == self._last
        self._last = now
        self._restless = 0 if at_rest else self._restless + 1
        if now == self._done or not (at_rest or self._restless > _RESTLESS):
            return None
        new = self._update()
        # Of the index, what counts is what it is after the update.
        self._done = self._last = (now[0], versions.current(self._settings.index))
        return new

    def _update(self) -> Ready | None:
        chatbot, serving = self._ready.chatbot, self._ready.opened
        corpus = open_corpus(self._settings)
        opened = open_index(
            self._settings.index,
            corpus,
            chatbot.embeddings.in_background(),
            chatbot.reader.head,
            self._settings.passage_characters,
            self._progress,
            serving=serving,
            engine=self._engine,
        )
        if serving is not None and opened.version == serving.version:
            return None
        if opened.rebuilt_because:
            notices: tuple[str, ...] = (f"The index was updated: {opened.changes}.",)
        else:
            notices = index_notices(opened) or ("The index was updated by another process.",)
        skipped = (reason for reason in corpus.skipped if reason not in self._ready.notices)
        self._ready = Ready(chatbot.over(opened.index), (*notices, *skipped), opened)
        return self._ready


def _files(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Every file under `folder` with the time of its last change and its size."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                status = path.stat()
            except OSError:  # gone already
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
    return frozenset(found)
