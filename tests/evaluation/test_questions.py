"""Question files: what is refused and how it is said; and that the shipped ones are sound."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chatbot.corpus import Document, load_corpus
from chatbot.errors import ChatbotError
from chatbot.evaluation.items import Item, Place, Question, select, split_of
from chatbot.evaluation.questions import load_questions, question_files
from chatbot.evaluation.wording import contains
from chatbot.settings import Settings

TOWER = Document(id="tower", title="Tower", language="en", text="It was built in 1903. Nothing else was built in 1903.")
GOOD: dict[str, Any] = {
    "id": "q1",
    "language": "en",
    "question": "When was it built?",
    "answerable": True,
    "answers": ["1903"],
    "kind": "direct",
    "evidence": "built in 1903",
}


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "set.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_a_question_comes_with_every_place_of_its_evidence(tmp_path: Path) -> None:
    items = load_questions([_file(tmp_path, GOOD, "", {**GOOD, "id": "q2", "history": ["What is it?"]})], [TOWER])
    assert [item.question.id for item in items] == ["q1", "q2"]
    assert items[0].places == (Place(document="tower", start=7, end=20), Place(document="tower", start=39, end=52))
    assert items[1].question.history == ("What is it?",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "q2",', "this is not JSON"),
        ("[1]", "this is not a JSON object"),
        ('{"id": "\\ud800"}', "this is not JSON"),
        ({**GOOD, "kind": "hard"}, '"kind" is "hard"; it must be one of direct, paraphrase'),
        ({key: value for key, value in GOOD.items() if key != "answerable"}, 'the field "answerable" is missing'),
        ({**GOOD, "anwsers": []}, 'there is no field "anwsers"'),
        ({**GOOD, "answers": []}, '"answers" must name at least one'),
        ({**GOOD, "answers": "1903"}, '"answers" does not fit'),
        ({**GOOD, "answerable": "yes"}, '"answerable" does not fit'),
        ({**GOOD, "answerable": False}, "it is not answerable, so it can have no"),
        ({**GOOD, "question": "  "}, '"question" is blank'),
        ({**GOOD, "language": "English"}, '"language" does not fit'),
        ({**GOOD, "id": "a b"}, '"id" does not fit'),
        ({**GOOD, "id": "q2", "evidence": "built in 1904"}, "word for word in none of the documents"),
        (GOOD, 'the id "q1" was already used in'),
    ],
)
def test_a_broken_line_is_named_with_its_file_and_number(tmp_path: Path, line: object, said: str) -> None:
    path = _file(tmp_path, GOOD, "", line)
    with pytest.raises(ChatbotError) as caught:
        load_questions([path], [TOWER])
    message = str(caught.value)
    assert message.startswith(f"{path}, line 3: ")
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_not_utf8_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"question": "Hvorn\xe5r?"}\n')
    with pytest.raises(ChatbotError, match="line 2: this is not UTF-8"):
        load_questions([path], [TOWER])


def test_empty_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ChatbotError, match="holds no questions"):
        load_questions([_file(tmp_path, "")], [TOWER])
    with pytest.raises(ChatbotError, match="no question file or folder"):
        question_files([tmp_path / "none.jsonl"], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ChatbotError, match="holds no question file"):
        question_files([tmp_path / "empty"], tmp_path)


def test_the_shipped_questions_are_sound(settings: Settings) -> None:
    documents = load_corpus(settings.corpus).documents
    text = "\n".join(document.text for document in documents)
    items = load_questions(question_files([], settings.corpus.parent / "questions"), documents)
    for item in items:
        question = item.question
        assert question.answerable is bool(item.places), question.id
        assert (question.kind == "follow-up") is bool(question.history), question.id
        assert all(contains(text, answer) for answer in question.answers), question.id
        if question.evidence:
            assert any(contains(question.evidence, answer) for answer in question.answers), question.id
    answerable = Counter(item.question.language for item in items if item.question.answerable)
    kinds = Counter(item.question.kind for item in items)
    assert len(items) >= 240
    assert answerable["en"] >= 60
    assert answerable["da"] >= 45
    assert kinds["follow-up"] >= 15
    assert sum(not item.question.answerable for item in items) >= 120
    assert kinds["near-topic"] >= 80
    for split in ("dev", "test"):
        share = sum(split_of(item.question.id) == split for item in items) / len(items)
        assert 0.4 < share < 0.6


def test_halves_never_move() -> None:
    halves = {name: split_of(name) for name in ("en-direct-001", "en-direct-002", "da-direct-001", "æøå")}
    assert halves == {"en-direct-001": "test", "en-direct-002": "test", "da-direct-001": "test", "æøå": "dev"}


def _items(count: int) -> list[Item]:
    return [Item(Question(id=f"q{number}", language="en", question="?", answerable=False)) for number in range(count)]


def test_a_sample_depends_on_the_seed_and_keeps_the_order() -> None:
    items = _items(200)
    first, again, other = (select(items, None, 20, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first == [item for item in items if item in first]
    assert len(first) == 20
    assert select(items, None, 500, 1) == items


def test_halves_share_nothing_and_leave_nothing_out() -> None:
    items = _items(50)
    dev, test = select(items, "dev", None, 0), select(items, "test", None, 0)
    assert len(dev) + len(test) == 50
    assert not {item.question.id for item in dev} & {item.question.id for item in test}
