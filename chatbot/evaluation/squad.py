"""SQuAD files, versions 1.1 and 2.0: the paragraphs become documents, the questions are asked about them.

The format is that of Rajpurkar et al. (2016), arXiv:1606.05250, and Rajpurkar, Jia and Liang (2018),
arXiv:1806.03822. An article or a question may name its `language` (ISO 639-1); where none does, the file's is detected.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from chatbot.corpus import Corpus, Document
from chatbot.errors import ChatbotError
from chatbot.evaluation.items import Item, Place, Question, occurrences
from chatbot.language import any_language

_DETECTED_FROM = 20_000


class _Answer(BaseModel):
    text: str
    answer_start: int = 0


class _Asked(BaseModel):
    id: str
    question: str
    answers: list[_Answer] = Field(default_factory=list)
    is_impossible: bool = False
    language: str | None = None


class _Paragraph(BaseModel):
    context: str
    qas: list[_Asked]


class _Article(BaseModel):
    title: str = ""
    language: str | None = None
    paragraphs: list[_Paragraph]


class _File(BaseModel):
    data: list[_Article]

    def questions(self) -> Iterator[_Asked]:
        return (asked for article in self.data for paragraph in article.paragraphs for asked in paragraph.qas)


@dataclass(frozen=True)
class Squad:
    """The paragraphs of a SQuAD file as documents, and its questions."""

    corpus: Corpus
    items: tuple[Item, ...]


def load_squad(path: Path, questions_from: Path | None = None, *, leave_out: bool = False) -> Squad:
    """Read a SQuAD file.

    Args:
        path: the file with the paragraphs, the questions and their answers.
        questions_from: a file with the same question ids in another language; only its questions are used.
        leave_out: bar every paragraph of a question's own article, which makes every question unanswerable.

    Raises:
        ChatbotError: a file is not in SQuAD format or holds no questions, or the ids do not match.
    """
    content = _read(path)
    wording = {asked.id: asked for asked in (_read(questions_from) if questions_from else content).questions()}
    spoken = _language(asked.question for asked in wording.values())
    documents: list[Document] = []
    items: dict[str, Item] = {}
    language = _language(paragraph.context for article in content.data for paragraph in article.paragraphs)
    for name, article in _named(content.data):
        own = _documents(name, article, article.language or language)
        documents.extend(own.values())
        without = frozenset(document.id for document in own.values()) if leave_out else frozenset()
        for paragraph in article.paragraphs:
            for asked in paragraph.qas:
                if asked.id in items:
                    raise ChatbotError(f'{path} uses the question id "{asked.id}" twice.')
                if asked.id not in wording:
                    raise ChatbotError(f'{questions_from} has no question with the id "{asked.id}" of {path}.')
                words = wording[asked.id]
                if words.question.strip():
                    document = own.get(paragraph.context)
                    items[asked.id] = _item(asked, document, words.question, words.language or spoken, without)
    return Squad(Corpus(tuple(sorted(documents, key=lambda document: document.id))), tuple(items.values()))


def unseen(squad: Squad, path: Path) -> tuple[Item, ...]:
    """The questions about paragraphs that the SQuAD file at `path` does not hold: what was learned from a
    paragraph must not be measured on it. The paragraphs themselves stay in the corpus.

    Raises:
        ChatbotError: the file is not in SQuAD format.
    """
    learned = {paragraph.context.strip() for article in _read(path).data for paragraph in article.paragraphs}
    seen = {document.id for document in squad.corpus.documents if document.text.strip() in learned}
    return tuple(item for item in squad.items if item.about not in seen)


def _read(path: Path) -> _File:
    try:
        content = _File.model_validate_json(path.read_bytes().removeprefix(BOM_UTF8))
    except OSError as error:
        raise ChatbotError(f"The SQuAD file {path} cannot be read ({error.strerror}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ChatbotError(f"{path} is not in SQuAD format: {where}: {first['msg'].lower()}.") from None
    if not any(asked.question.strip() for asked in content.questions()):
        raise ChatbotError(f"The SQuAD file {path} holds no questions.")
    return content


def _named(articles: Sequence[_Article]) -> Iterator[tuple[str, _Article]]:
    """Articles of the same title joined, each under a name that is safe in a file name."""
    joined: dict[str, _Article] = {}
    for position, article in enumerate(articles, start=1):
        name = re.sub(r"[^\w.-]+", "_", article.title).strip("._") or f"article-{position:03}"
        if name in joined:
            joined[name].paragraphs.extend(article.paragraphs)
        else:
            joined[name] = article.model_copy(update={"paragraphs": list(article.paragraphs)})
    yield from joined.items()


def _documents(name: str, article: _Article, language: str) -> dict[str, Document]:
    """The documents `NAME/001`, … of one article by their text; the same paragraph twice is one document."""
    title = article.title.replace("_", " ").strip() or name
    contexts = dict.fromkeys(paragraph.context for paragraph in article.paragraphs if paragraph.context.strip())
    return {
        context: Document(id=f"{name}/{number:03}", title=title, language=language, text=context)
        for number, context in enumerate(contexts, start=1)
    }


def _item(asked: _Asked, document: Document | None, words: str, language: str, without: frozenset[str]) -> Item:
    answerable = bool(asked.answers) and not asked.is_impossible and not without
    question = Question(
        id=asked.id,
        language=language,
        question=words,
        answerable=answerable,
        answers=tuple(dict.fromkeys(answer.text for answer in asked.answers)) if answerable else (),
        evidence=asked.answers[0].text if answerable else None,
    )
    found = [_place(answer, document) for answer in asked.answers] if answerable and document else []
    places = tuple(dict.fromkeys(place for place in found if place))
    return Item(question, places, without, about=document.id if document else None)


def _place(answer: _Answer, document: Document) -> Place | None:
    """Where the answer stands; files whose offsets are off by a few get the nearest place of the same words."""
    starts = occurrences(answer.text, document.text)
    start = min(starts, key=lambda start: abs(start - answer.answer_start), default=None)
    if start is None or not answer.text.strip():
        return None
    return Place(document=document.id, start=start, end=start + len(answer.text))


def _language(texts: Iterable[str]) -> str:
    return any_language("\n".join(texts)[:_DETECTED_FROM])
