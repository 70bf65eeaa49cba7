import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatbot import versions
from chatbot.errors import ChatbotError


@contextmanager
def building(root: Path) -> Iterator[Path]:
    with versions.locked(root), versions.writing(root) as folder:
        yield folder


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="utf-8")
    with pytest.raises(ChatbotError, match=r"cannot be written to .*CHATBOT_INDEX"), building(file):
        pass


def test_the_previous_version_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    names = []
    for step in range(4):
        with building(tmp_path) as folder:
            (folder / "step").write_text(str(step), encoding="utf-8")
        current = versions.current(tmp_path)
        assert current is not None
        os.utime(current, (step, step))
        names.append(current.name)
    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == sorted(names[-2:])


def test_the_second_of_two_builders_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()
    release = threading.Event()

    def slow() -> None:
        with building(tmp_path):
            inside.set()
            release.wait(10)
            order.append("first")

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(10)
    threading.Timer(0.3, release.set).start()
    with building(tmp_path):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_what_a_killed_build_left_behind_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "versions" / ".dead"
    left.mkdir(parents=True)
    with building(tmp_path):
        pass
    assert not left.exists()


def test_who_waits_too_long_is_told_who_builds(tmp_path: Path) -> None:
    asked = []
    with (
        versions.locked(tmp_path),
        pytest.raises(ChatbotError, match=f"by another process .process {os.getpid()} on "),
        versions.locked(tmp_path, waiting=lambda: asked.append(True), patience=0.2),
    ):
        pass
    assert asked == [True]
    with versions.locked(tmp_path):
        pass


def test_going_back_is_one_step_and_going_back_again_takes_it_back(tmp_path: Path) -> None:
    with pytest.raises(ChatbotError, match="no earlier index"):
        versions.roll_back(tmp_path)
    with building(tmp_path):
        pass
    first = versions.current(tmp_path)
    with building(tmp_path):
        pass
    second = versions.current(tmp_path)
    assert first != second
    assert versions.roll_back(tmp_path) == first == versions.current(tmp_path)
    assert versions.refused(tmp_path) == second
    assert versions.roll_back(tmp_path) == second == versions.current(tmp_path)
    assert versions.refused(tmp_path) is None


def test_what_was_built_after_going_back_can_be_taken_back_to_what_was_served_before(tmp_path: Path) -> None:
    for _ in range(2):
        with building(tmp_path):
            pass
    served = versions.roll_back(tmp_path)
    with building(tmp_path):
        pass
    assert versions.refused(tmp_path) is None
    assert versions.roll_back(tmp_path) == served
