import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.chatbot import Chatbot
from chatbot.web.markdown import document_html

MARK = re.compile(r"<mark[^>]*>(.*?)</mark>", re.DOTALL)

TEXT = """# The *plan*

A first sentence. It costs 4 &amp; 5 \\* **very** much, see [the A. B. page](https://example.org/A.B. "A. B.") A. B. next.

- one point. Another
- a third

> quoted
> words

| left | right |
|:-----|------:|
| A. B. | C |

    code <b>
    more

```
fenced A. B.
```
"""


def marked(quote: str, text: str = TEXT) -> list[str]:
    start = text.rindex(quote)
    return [unescape(piece) for piece in MARK.findall(document_html(text, (start, start + len(quote))))]


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("A first sentence.", "A first sentence."),
        ("costs 4 &amp; 5 \\* **very** much", "costs 4 & 5 * very much"),
        ("A. B. next.", "A. B. next."),
        ("the A. B. page](https://example.org/A.B.", "the A. B. page"),
        ("Another\n- a third", "Anothera third"),
        ("A. B. | C", "A. B.C"),
        ("code <b>\n    more\n\n```\nfenced", "code <b>\nmore\nfenced"),
        ("plan", "plan"),
    ],
)
def test_just_the_cited_characters_are_marked(quote: str, shown: str) -> None:
    assert "".join(marked(quote)) == shown


def test_the_first_piece_of_a_mark_is_named() -> None:
    html = document_html(TEXT, (TEXT.index("Another"), TEXT.index("third")))
    assert html.count('id="quote"') == 1
    assert '<mark id="quote" tabindex="-1">Another</mark>' in html
    assert "<mark" not in document_html(TEXT)


def test_every_sentence_of_the_shipped_documents_can_be_marked(chatbot: Chatbot) -> None:
    for passage in chatbot.index.passages:
        for span in passage.sentences:
            pieces = MARK.findall(document_html(passage.document.text, span))
            assert unescape("".join(pieces)) == passage.document.slice(*span)


@given(
    words=st.lists(
        st.sampled_from(["one", "two.", "a", "**b**", "_c_", "[d](https://e.example/a)", "`f`"]), min_size=3
    ),
    ends=st.tuples(st.integers(0, 40), st.integers(1, 40)),
)
def test_marking_changes_no_other_text(words: list[str], ends: tuple[int, int]) -> None:
    text = " ".join(words)
    start = min(ends[0], len(text) - 1)
    html = document_html(text, (start, min(start + ends[1], len(text))))
    assert re.sub(r"</?mark[^>]*>", "", html) == document_html(text)


def test_hostile_markdown_is_text() -> None:
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n<div onclick=x>\n\n"
        "[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/x.png) [d](//evil.example) "
        '[e](https://ok.example/"onclick=x) {{7*7}} {% x %} ${x}\n\n| a |\n|:-:|\n| <b>b</b> |\n'
    )
    html = document_html(hostile)
    assert set(re.findall(r"<(\w+)", html)) == {"p", "a", "table", "thead", "tbody", "tr", "th", "td"}
    assert re.findall(r"<a ([^>]*)>", html) == ['href="https://ok.example/%22onclick=x" rel="noopener"']
    assert "style=" not in html
    assert "{{7*7}} {% x %} ${x}" in html


def test_characters_that_hide_or_reorder_text_are_left_out_and_move_no_mark() -> None:
    text = "Be\u202efore. The \U000e0041very\u2066 thing. After."
    quote = "The \U000e0041very\u2066 thing."
    assert marked(quote, text) == ["The very thing."]
    assert document_html(text).strip() == "<p>\nBefore. The very thing. After.</p>"
