import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from chatbot import versions
from chatbot.chatbot import Chatbot
from chatbot.corpus import load_corpus
from chatbot.indexing import open_index
from chatbot.opening import Ready
from chatbot.watching import follow


class Watched:
    """A corpus folder with an index, a chatbot over it, and what following it brought about so far."""

    def __init__(self, folder: Path, chatbot: Chatbot) -> None:
        self.documents = folder / "documents"
        self.documents.mkdir()
        (self.documents / "post.md").write_text("Digital Post is a mailbox.\n", encoding="utf-8")
        changes = {"corpus": self.documents, "index": folder / "index", "watch": 0.05}
        self.settings = chatbot.settings.model_copy(update=changes)
        self._chatbot = chatbot
        self.ready = self._open()
        self.updates: list[Ready] = []
        self.announced: list[str] = []

    def _open(self) -> Ready:
        chatbot = self._chatbot
        corpus = load_corpus(self.documents)
        opened = open_index(self.settings.index, corpus, chatbot.embeddings, chatbot.reader.head, 1000)
        self.settings = self.settings.model_copy(update={"passage_characters": 1000})
        return Ready(chatbot.over(opened.index), (), opened)

    def open_elsewhere(self) -> None:
        """What `chatbot index` in another process does."""
        self._open()

    @contextmanager
    def followed(self) -> Iterator[None]:
        stop = Event()

        def run() -> None:
            for update in follow(self.ready, self.settings, stop, self.announced.append):
                self.updates.append(update)

        thread = Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)


def until(true: Callable[[], object]) -> None:
    deadline = monotonic() + 20
    while not true():
        assert monotonic() < deadline
        sleep(0.02)


@pytest.fixture
def watched(tmp_path: Path, chatbot: Chatbot) -> Watched:
    return Watched(tmp_path, chatbot)


def test_a_changed_document_is_answered_from(watched: Watched) -> None:
    with watched.followed():
        (watched.documents / "bread.md").write_text("Rye bread is baked for an hour.\n", encoding="utf-8")
        until(lambda: watched.updates)
    (update,) = watched.updates
    assert update.notices == ("The index was updated: 1 added (bread), 0 changed, 0 removed, 1 unchanged.",)
    assert update.chatbot.ask("How long is rye bread baked?").citations[0].document == "bread"
    assert "bread" not in watched.ready.chatbot.documents


def test_nothing_happens_as_long_as_nothing_changes(watched: Watched) -> None:
    with watched.followed():
        sleep(0.5)
        os.utime(watched.documents / "post.md")
        sleep(0.5)
    assert (watched.updates, watched.announced) == ([], [])


def test_an_index_that_another_process_built_is_taken(watched: Watched) -> None:
    with watched.followed():
        sleep(0.3)
        (watched.documents / "bread.md").write_text("Rye bread is sour.\n", encoding="utf-8")
        watched.open_elsewhere()
        until(lambda: watched.updates)
    assert set(watched.updates[-1].chatbot.documents) == {"bread", "post"}


def test_going_back_is_followed_and_not_undone(watched: Watched) -> None:
    with watched.followed():
        (watched.documents / "bread.md").write_text("Rye bread is sour.\n", encoding="utf-8")
        until(lambda: watched.updates)
        versions.roll_back(watched.settings.index)
        until(lambda: len(watched.updates) == 2)
        sleep(0.5)
        back = watched.updates[-1]
        assert set(back.chatbot.documents) == {"post"}
        assert "stays as it is" in back.notices[0]
        (watched.documents / "bread.md").write_text("Rye bread is dark.\n", encoding="utf-8")
        until(lambda: len(watched.updates) == 3)
    assert watched.updates[-1].chatbot.documents["bread"].text == "Rye bread is dark.\n"


def test_what_cannot_be_updated_is_announced_once_and_the_index_goes_on_serving(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.watching._RETRY", 0.05)
    kept = (watched.documents / "post.md").read_text(encoding="utf-8")
    with watched.followed():
        (watched.documents / "post.md").unlink()
        until(lambda: watched.announced)
        sleep(0.3)
        (watched.documents / "post.md").write_text(kept + "It is a law.\n", encoding="utf-8")
        until(lambda: watched.updates)
    (told,) = watched.announced
    assert "holds no document to answer from" in told
    assert watched.ready.chatbot.ask("What is Digital Post?").citations[0].document == "post"
