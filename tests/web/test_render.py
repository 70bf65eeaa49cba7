import re
from html.parser import HTMLParser

import pytest

from chatbot.answer import Answer, Certainty, Citation, Status, cite
from chatbot.corpus import Document
from chatbot.language import Language
from chatbot.phrases import phrases
from chatbot.settings import Settings
from chatbot.web import render
from chatbot.web.conversation import Failed, Pending, Turn
from chatbot.web.loading import State

HOSTILE = (
    """<script>alert(1)</script> **b** $x$ [a](javascript:alert(1)) ![](//evil.example) "><img onerror='x'> &lt;"""
)

TAGS = {"div", "article", "p", "span", "blockquote", "details", "summary", "mark", "button", "ul", "li", "a"}
TAGS |= {"form", "label", "textarea"}
ATTRIBUTES = {"class", "role", "tabindex", "aria-label", "aria-hidden", "aria-pressed", "lang", "type", "hidden"}
ATTRIBUTES |= {"data-copy", "data-copied", "data-question", "href", "target", "rel", "name", "rows", "maxlength"}
ATTRIBUTES |= {"data-vote", "data-send", "data-thanks", "data-not-sent"}
ATTRIBUTES |= {"data-about-answer", "data-about-question", "data-about-language", "data-about-status"}


def rendered(*turns: Turn, state: State | None = None, votes: bool = True) -> str:
    return render.conversation(turns, "en", state or State(), votes=votes)


def cited(document: Document, start: int, end: int, highlights: tuple[tuple[int, int], ...] = ()) -> Citation:
    """A citation out of a passage that is the whole document, under a heading."""
    return cite(document, start, end, ("Heading",), highlights, within=(0, len(document.text)))


def answered(document: Document, start: int, end: int, **changes: object) -> Answer:
    citation = cited(document, start, end)
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
    for turn in (answer, missed, Pending(HOSTILE, "en"), Failed(HOSTILE, "en", HOSTILE)):
        html = rendered(turn)
        assert Parsed(html).tags <= TAGS
        assert Parsed(html).attributes <= ATTRIBUTES
        assert HOSTILE in text_of(html)
    assert text_of(render.notice(HOSTILE)) == HOSTILE
    contact = Settings.model_construct(contact=HOSTILE)
    assert HOSTILE in text_of(render.footer("en", contact))
    assert Parsed(render.footer("en", contact)).tags <= TAGS | {"footer"}


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\U000e0041", "\x00", "\ud800"])
def test_characters_that_hide_or_reorder_text_are_left_out(hidden: str) -> None:
    document = Document("x", f"Ti{hidden}tle", "en", f"The very{hidden} thing.")
    html = rendered(answered(document, 0, 16))
    assert hidden not in html
    assert "The very thing." in text_of(html)
    assert "Title" in text_of(html)


def test_an_answer_is_its_quote_with_the_sentence_marked_in_its_passage() -> None:
    document = Document("x", "Title", "en", "One thing. The very thing. Another.", source="Somewhere")
    html = rendered(answered(document, 11, 26))
    assert '<blockquote><p><span class="quote" lang="en">The very thing.</span>' in html
    assert '<p class="passage" lang="en">One thing. <mark>The very thing.</mark> Another.</p>' in html
    assert "Title › Heading, Somewhere" in text_of(html)
    assert phrases("en").clear in html
    assert phrases("en").possible not in html
    assert "(in " not in text_of(html)


def test_a_less_certain_answer_says_so_above_the_quote() -> None:
    document = Document("x", "Title", "en", "The very thing.")
    html = rendered(answered(document, 0, 15, certainty=Certainty.POSSIBLE))
    assert html.index(phrases("en").possible) < html.index("<blockquote>")
    assert phrases("en").clear not in html


@pytest.mark.parametrize(
    ("asked", "written", "note"), [("da", "en", "(på engelsk)"), ("en", "da", "(in Danish)"), ("da", "de", None)]
)
def test_a_quote_in_another_language_than_the_question_is_named_and_tagged(
    asked: Language, written: str, note: str | None
) -> None:
    document = Document("x", "Title", written, "The very thing.")
    html = rendered(answered(document, 0, 15, language=asked))
    assert f'<article class="turn" lang="{asked}">' in html
    assert f'<span class="quote" lang="{written}">' in html
    assert [note] == re.findall(r'class="note">([^<]*)<', html) if note else 'class="note"' not in html


def test_further_sources_are_numbered_and_folded() -> None:
    document = Document("x", "Title", "en", "One thing. The very thing. Another.")
    citations = (cited(document, 11, 26), cited(document, 0, 10), cited(document, 27, 35))
    html = rendered(answered(document, 11, 26, citations=citations))
    assert re.findall(r"<details[^>]*>.*?\[(\d)\]", html) == ["1", "2", "3"]
    assert re.findall("<mark>(.*?)</mark>", html) == ["The very thing.", "One thing.", "Another."]
    assert "<details open" not in html


def test_not_found_offers_topics_that_can_be_asked_about() -> None:
    turn = Answer(
        question="Why?", language="da", status=Status.NOT_FOUND, text=phrases("da").not_found, suggestions=("MitID",)
    )
    html = rendered(turn)
    assert phrases("da").not_found in text_of(html)
    assert 'data-question="Hvad står der om MitID?">MitID</button>' in html
    assert "<blockquote" not in html
    assert "<details" not in html


def test_a_question_that_waits_says_what_for() -> None:
    loading = State(step="Embedding passages", done=3, total=9)
    assert "Gør klar … (læser dokumenterne, kun denne ene gang 3/9)" in rendered(Pending("?", "da"), state=loading)
    assert "Getting ready … (A new step)" in rendered(Pending("?", "en"), state=State(step="A new step"))
    assert phrases("en").getting_ready in rendered(Pending("?", "en"))


def test_a_failure_is_said_in_the_words_it_came_with() -> None:
    assert "(reference 4f2a)" in rendered(Failed("?", "en", phrases("en").failure.format(reference="4f2a")))


def test_the_words_that_met_the_question_are_hinted_at_inside_the_quote() -> None:
    document = Document("x", "Title", "en", "One thing. The <very> thing.")
    citation = cited(document, 11, 28, ((16, 20), (22, 27)))
    html = rendered(answered(document, 11, 28, citations=(citation,)))
    assert 'The &lt;<span class="met">very</span>&gt; <span class="met">thing</span>.</span>' in html
    assert text_of(html).count("The <very> thing.") == 2


def test_a_source_opens_at_its_quote() -> None:
    document = Document("ministries/digital & more", "Title", "en", "One thing. The very thing.")
    html = rendered(answered(document, 11, 26))
    address = "documents/ministries/digital%20%26%20more?start=11&amp;end=26&amp;version="
    assert f'href="{address}{document.version}#quote"' in html
    assert 'target="_blank" rel="noopener"' in html


def test_an_answer_can_be_voted_on_unless_votes_are_off() -> None:
    document = Document("x", "Title", "en", "The very thing.")
    answer = answered(document, 0, 15)
    assert f'data-about-answer="{answer.id}" data-about-question="Why?"' in rendered(answer)
    assert "form" not in Parsed(rendered(answer, votes=False)).tags
    small_talk = Answer(question="Hi", language="en", status=Status.SMALL_TALK, text="Hello.")
    assert "form" not in Parsed(rendered(small_talk)).tags
