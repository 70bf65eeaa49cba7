"""An answer in a terminal, as a person reads it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot.answer import Answer, WrittenSentence
    from chatbot.library import Library


def print_sentence(said: "list[WrittenSentence]", sentence: "WrittenSentence") -> None:
    """A sentence as it is written, kept in `said`."""
    from rich.console import Console
    from rich.text import Text

    said.append(sentence)
    Console(highlight=False).print(Text(f"{sentence.text} [{sentence.source}]", style="bold"))


def print_answer(documents: "Library", answer: "Answer", said: "Sequence[WrittenSentence]") -> None:
    """The answer, unless it has just been `said`, and its sources."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from chatbot.phrases import phrases

    says = phrases(answer.language)
    console = Console(highlight=False)
    if answer.certainty == "possible":
        console.print(Text(says.possible, style="dim"))
    if answer.wording == "stood_in":
        console.print(Text(says.stood_in, style="dim"))
    if list(answer.sentences) != list(said) or not said:
        console.print(Text(answer.text, style="bold" if answer.citations else ""))
    for position, citation in enumerate(answer.citations, start=1):
        document = documents[citation.document]
        note = "" if document.language == answer.language else says.in_language.get(document.language, "")
        place = says.place((citation.title, *citation.headings), citation.page)
        place = f"[{position}] {place}, {citation.start}–{citation.end} {note}".rstrip()
        console.print(Text(place, style="dim"))
        if position > 1 or answer.sentences:
            console.print(Padding(Text(citation.quote, style="dim"), (0, 0, 0, 4)))
    if answer.sentences:
        console.print(Text(says.written, style="dim"))
    if answer.suggestions:
        console.print(Text(says.they_cover, style="dim"), *(f"\n  · {topic}" for topic in answer.suggestions))
