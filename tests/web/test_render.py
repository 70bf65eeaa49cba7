import re
from html.parser import HTMLParser

import pytest

from chatbot.answer import Answer, Certainty, Citation, Status, cite
from chatbot.corpus import Document
from chatbot.language import Language
from chatbot.phrases import phrases
from chatbot.web import frame, render
from chatbot.web.conversation import Failed, Pending, Turn
from chatbot.web.excerpts import Excerpt
from chatbot.web.loading import State

HOSTILE = (
    """<script>alert(1)</script> **b** $x$ [a](javascript:alert(1)) ![](//evil.example) "><img onerror='x'> &lt;"""
)

TAGS = {"div", "article", "p", "span", "blockquote", "details", "summary", "mark", "button", "ul", "li"}
ATTRIBUTES = {"class", "role", "tabindex", "aria-label", "lang", "type", "data-copy", "data-copied", "data-question"}


def rendered(
    *turns: Turn, language: Language = "en", document: Document | None = None, state: State | None = None
) -> str:
    def around(citation: Citation) -> Excerpt:
        assert document is not None
        text = document.text
        return Excerpt(
            document,
            (document.title, "Heading"),
            text[: citation.start],
            text[citation.start : citation.end],
            text[citation.end :],
        )

    return render.conversation(turns, language, state or State(), around)


def answered(document: Document, start: int, end: int, **changes: object) -> Answer:
    citation = cite(document, start, end)
    answer = Answer(
        question="Why?",
        language="en",
        status=Status.ANSWERED,
        certainty=Certainty.CLEAR,
        text=citation.quote,
        confidence=0.9,
        citations=(citation,),
    )
    return answer.model_copy(update=changes)


class Parsed(HTMLParser):
    """The tags, attribute names and text that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags = set[str]()
        self.attributes = set[str]()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(html: str) -> str:
    return Parsed(html).text


def test_whatever_people_or_documents_wrote_is_text() -> None:
    document = Document("x", HOSTILE, "en", f"Before. {HOSTILE} After.", source=HOSTILE)
    answer = answered(document, 8, 8 + len(HOSTILE), question=HOSTILE, understood_as=HOSTILE)
    missed = answer.model_copy(
        update={"status": Status.NOT_FOUND, "text": HOSTILE, "citations": (), "suggestions": (HOSTILE,)}
    )
    for turn in (answer, missed, Pending(HOSTILE, "en"), Failed(HOSTILE, "en", reason=HOSTILE)):
        html = rendered(turn, document=document)
        assert Parsed(html).tags <= TAGS
        assert Parsed(html).attributes <= ATTRIBUTES
        assert HOSTILE in text_of(html)
    for html in (frame.header("en", State(failure=HOSTILE)), frame.notice(HOSTILE)):
        assert HOSTILE in text_of(html)
        assert not Parsed(html).tags & {"script", "img", "a"}


def test_an_answer_is_its_quote_with_the_sentence_marked_in_its_passage() -> None:
    document = Document("x", "Title", "en", "One thing. The very thing. Another.", source="Somewhere")
    html = rendered(answered(document, 11, 26), document=document)
    assert '<blockquote><p><span class="quote" lang="en">The very thing.</span>' in html
    assert '<p class="passage" lang="en">One thing. <mark>The very thing.</mark> Another.</p>' in html
    assert "Title › Heading, Somewhere" in text_of(html)
    assert phrases("en").clear in html
    assert phrases("en").possible not in html
    assert "(in " not in text_of(html)


def test_a_less_certain_answer_says_so_above_the_quote() -> None:
    document = Document("x", "Title", "en", "The very thing.")
    html = rendered(answered(document, 0, 15, certainty=Certainty.POSSIBLE), document=document)
    assert html.index(phrases("en").possible) < html.index("<blockquote>")
    assert phrases("en").clear not in html


@pytest.mark.parametrize(
    ("asked", "written", "note"), [("da", "en", "(på engelsk)"), ("en", "da", "(in Danish)"), ("da", "de", None)]
)
def test_a_quote_in_another_language_than_the_question_is_named_and_tagged(
    asked: Language, written: str, note: str | None
) -> None:
    document = Document("x", "Title", written, "The very thing.")
    html = rendered(answered(document, 0, 15, language=asked), document=document)
    assert f'<article class="turn" lang="{asked}">' in html
    assert f'<span class="quote" lang="{written}">' in html
    assert [note] == re.findall(r'class="note">([^<]*)<', html) if note else 'class="note"' not in html


def test_further_sources_are_numbered_and_folded() -> None:
    document = Document("x", "Title", "en", "One thing. The very thing. Another.")
    citations = (cite(document, 11, 26), cite(document, 0, 10), cite(document, 27, 35))
    html = rendered(answered(document, 11, 26, citations=citations), document=document)
    assert re.findall(r"<details[^>]*>.*?\[(\d)\]", html) == ["1", "2", "3"]
    assert re.findall("<mark>(.*?)</mark>", html) == ["The very thing.", "One thing.", "Another."]
    assert "<details open" not in html


def test_not_found_offers_topics_that_can_be_asked_about() -> None:
    turn = Answer(
        question="Why?", language="da", status=Status.NOT_FOUND, text=phrases("da").not_found, suggestions=("MitID",)
    )
    html = rendered(turn)
    assert phrases("da").not_found in text_of(html)
    assert 'data-question="MitID">MitID</button>' in html
    assert "<blockquote" not in html
    assert "<details" not in html


def test_a_question_that_waits_says_what_for() -> None:
    loading = State(step="Embedding passages", done=3, total=9)
    assert "Gør klar … (læser dokumenterne, kun denne ene gang 3/9)" in rendered(Pending("?", "da"), state=loading)
    assert "Getting ready … (A new step)" in rendered(Pending("?", "en"), state=State(step="A new step"))
    assert phrases("en").getting_ready in rendered(Pending("?", "en"))


def test_a_failure_gives_a_reference_or_plain_words() -> None:
    assert "(reference 4f2a)" in rendered(Failed("?", "en", reference="4f2a"))
    html = rendered(Failed("?", "da", reason="There is no corpus folder x."))
    assert phrases("da").not_ready in text_of(html)
    assert '<span lang="en">There is no corpus folder x.</span>' in html


def test_the_steps_have_words_in_both_languages() -> None:
    assert phrases("da").steps.keys() == phrases("en").steps.keys()
