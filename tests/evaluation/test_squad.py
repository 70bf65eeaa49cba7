"""SQuAD files: versions 1.1 and 2.0, other wording, leaving articles out, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ChatbotError
from chatbot.evaluation.squad import load_squad, unseen
from tests.evaluation.build import TEXT

CHURCH = "The church has four bells. Its oldest bell was cast in 1611."
LIGHT = "The lighthouse on the point has shone every night since 1878, and a keeper lives there."


def question(identity: str, words: str, answer: str, context: str, **more: Any) -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": context.index(answer)}] if answer else []
    return {"id": identity, "question": words, "answers": answers, **more}


def content(version: str = "1.1") -> dict[str, Any]:
    tower = [
        question("t1", "How high is the tower?", "74 metres", TEXT),
        question("t2", "When was the tower built?", "1903", TEXT),
    ]
    church = [question("c1", "How many bells does the church have?", "four", CHURCH)]
    if version == "v2.0":
        church.append(question("c2", "Who cast the bell?", "", CHURCH, is_impossible=True))
    return {
        "version": version,
        "data": [
            {"title": "Old_Town/Centre", "paragraphs": [
                {"context": TEXT, "qas": tower}, {"context": CHURCH, "qas": church},
            ]},
            {"title": "Coast", "paragraphs": [
                {"context": LIGHT, "qas": [question("l1", "Since when has the lighthouse shone?", "1878", LIGHT)]},
            ]},
        ],
    }  # fmt: skip


def write(folder: Path, data: object, name: str = "squad.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_paragraphs_become_documents_and_answers_places(tmp_path: Path) -> None:
    squad = load_squad(write(tmp_path, content()))
    assert [(document.id, document.text) for document in squad.corpus.documents] == [
        ("Coast/001", LIGHT),
        ("Old_Town_Centre/001", TEXT),
        ("Old_Town_Centre/002", CHURCH),
    ]
    assert {document.language for document in squad.corpus.documents} == {"en"}
    first = squad.items[0]
    (found,) = first.places
    assert found.document == "Old_Town_Centre/001"
    assert TEXT[found.start : found.end] == "74 metres"
    assert first.question.answers == ("74 metres",)
    assert first.question.language == "en"
    assert first.question.kind is None


def test_impossible_questions_cannot_be_answered(tmp_path: Path) -> None:
    by_id = {item.question.id: item for item in load_squad(write(tmp_path, content("v2.0"))).items}
    assert by_id["c1"].question.answerable
    assert not by_id["c2"].question.answerable
    assert by_id["c2"].places == ()


def test_leaving_out_bars_the_whole_article(tmp_path: Path) -> None:
    items = load_squad(write(tmp_path, content()), leave_out=True).items
    assert not any(item.question.answerable for item in items)
    assert items[0].without == {"Old_Town_Centre/001", "Old_Town_Centre/002"}
    assert items[-1].without == {"Coast/001"}


def test_questions_in_another_language_keep_ids_and_answers(tmp_path: Path) -> None:
    words = {
        "t1": "Wie hoch ist der Turm in der alten Stadt?",
        "t2": "Wann wurde der Turm gebaut?",
        "c1": "Wie viele Glocken hat die Kirche?",
        "l1": "Seit wann leuchtet der Leuchtturm an der Küste?",
    }
    qas = [{"id": identity, "question": text, "answers": []} for identity, text in words.items()]
    other = write(tmp_path, {"data": [{"title": "x", "paragraphs": [{"context": "Egal.", "qas": qas}]}]}, "de.json")
    items = load_squad(write(tmp_path, content()), other).items
    assert [item.question.question for item in items] == list(words.values())
    assert {item.question.language for item in items} == {"de"}
    assert items[1].question.answers == ("1903",)


def test_articles_and_questions_may_name_their_language(tmp_path: Path) -> None:
    data = content()
    data["data"][1]["language"] = "da"
    data["data"][0]["paragraphs"][0]["qas"][1]["language"] = "da"
    squad = load_squad(write(tmp_path, data))
    assert {document.id: document.language for document in squad.corpus.documents} == {
        "Coast/001": "da",
        "Old_Town_Centre/001": "en",
        "Old_Town_Centre/002": "en",
    }
    spoken = {item.question.id: item.question.language for item in squad.items}
    assert spoken == {"t1": "en", "t2": "da", "c1": "en", "l1": "en"}


def test_offsets_that_are_off_find_the_nearest_place(tmp_path: Path) -> None:
    data = content()
    data["data"][0]["paragraphs"][0]["qas"][1]["answers"][0]["answer_start"] = 3
    places = load_squad(write(tmp_path, data)).items[1].places
    assert [TEXT[place.start : place.end] for place in places] == ["1903"]


def test_the_same_paragraph_twice_is_one_document(tmp_path: Path) -> None:
    data = content()
    data["data"][1]["paragraphs"].append(
        {"context": LIGHT, "qas": [question("l2", "Who lives at the lighthouse?", "a keeper", LIGHT)]}
    )
    data["data"].append({"title": "Coast", "paragraphs": [{"context": CHURCH, "qas": []}]})
    ids = [document.id for document in load_squad(write(tmp_path, data)).corpus.documents]
    assert ids == ["Coast/001", "Coast/002", "Old_Town_Centre/001", "Old_Town_Centre/002"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"data": []}, "holds no questions"),
        ({"data": [{"title": "x", "paragraphs": [{"context": "x", "qas": []}]}]}, "holds no questions"),
        ({"paragraphs": []}, "is not in SQuAD format: data"),
        ([1], "is not in SQuAD format"),
    ],
)
def test_what_is_not_squad_is_refused_in_one_sentence(tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(ChatbotError, match=said) as caught:
        load_squad(write(tmp_path, data))
    assert "\n" not in str(caught.value)


def test_ids_must_be_unique_and_match(tmp_path: Path) -> None:
    data = content()
    data["data"][1]["paragraphs"][0]["qas"][0]["id"] = "t1"
    with pytest.raises(ChatbotError, match='question id "t1" twice'):
        load_squad(write(tmp_path, data))
    other = write(tmp_path, data, "other.json")
    with pytest.raises(ChatbotError, match='no question with the id "l1"'):
        load_squad(write(tmp_path, content()), other)
    with pytest.raises(ChatbotError, match="cannot be read"):
        load_squad(tmp_path / "none.json")


def test_questions_about_paragraphs_that_were_learned_from_can_be_left_out(tmp_path: Path) -> None:
    def article(title: str) -> dict[str, object]:
        qas = [
            {"id": f"{title}-{n}", "question": f"What about {title}?", "answers": [], "is_impossible": True}
            for n in (1, 2)
        ]
        return {"title": title, "paragraphs": [{"context": f"A paragraph about {title}.", "qas": qas}]}

    asked, learned = tmp_path / "asked.json", tmp_path / "learned.json"
    asked.write_text(json.dumps({"data": [article("bread"), article("post")]}), encoding="utf-8")
    learned.write_text(json.dumps({"data": [article("bread")]}), encoding="utf-8")
    squad = load_squad(asked)
    assert [item.question.id for item in unseen(squad, learned)] == ["post-1", "post-2"]
    assert len(squad.corpus.documents) == 2
