"""Everything the product says, in both languages."""

from dataclasses import dataclass

from chatbot.language import Language


@dataclass(frozen=True)
class Phrases:
    """The strings of one language; braces are filled with `str.format`."""

    title: str
    about_one: str
    about_many: str
    automatic: str
    question: str
    ask: str
    start_over: str
    try_asking: str
    examples: tuple[str, ...]
    clear: str
    possible: str
    in_language: dict[str, str]
    source: str
    show_passage: str
    not_found: str
    they_cover: str
    empty: str
    too_long: str
    personal_number: str
    stored: str
    getting_ready: str
    searching: str
    failure: str
    theme: str
    other_language: str


ENGLISH = Phrases(
    title="Ask about digital government in Denmark",
    about_one="Answers quote 1 document: {titles}.",
    about_many="Answers quote {count} documents, among them {titles}.",
    automatic="This is an automated service and can be wrong. Check the source before you rely on an answer.",
    question="Your question",
    ask="Ask",
    start_over="Start over",
    try_asking="Try:",
    examples=(
        "How many IT systems does the state have?",
        "Who is the Minister for Digital Government?",
        "What is the Joint Public Digital Strategy about?",
    ),
    clear="Clear answer",
    possible="This may be the answer:",
    in_language={"da": "(in Danish)"},
    source="Source",
    show_passage="Show in context",
    not_found="I found no answer to that in the documents I know.",
    they_cover="They do cover:",
    empty="Write a question first.",
    too_long="Please keep it under {limit} characters (now {length}).",
    personal_number="That looks like a personal number. Leave it out, please; I did not use it.",
    stored="Nothing you write is stored. Please leave out personal numbers.",
    getting_ready="Getting ready …",
    searching="Looking in the documents …",
    failure="Something went wrong on our side (reference {reference}). Please try again.",
    theme="Light or dark",
    other_language="Dansk",
)

DANISH = Phrases(
    title="Spørg om digital forvaltning i Danmark",
    about_one="Svarene citerer 1 dokument: {titles}.",
    about_many="Svarene citerer {count} dokumenter, blandt andre {titles}.",
    automatic="Tjenesten er automatisk og kan tage fejl. Se efter i kilden, før du bruger et svar.",
    question="Dit spørgsmål",
    ask="Spørg",
    start_over="Begynd forfra",
    try_asking="Prøv:",
    examples=(
        "Hvor mange it-systemer har staten?",
        "Hvem er minister for digitalisering?",
        "Hvor mange danskere har tillid til de offentlige digitale løsninger?",
    ),
    clear="Tydeligt svar",
    possible="Det her er måske svaret:",
    in_language={"en": "(på engelsk)"},
    source="Kilde",
    show_passage="Vis i sammenhæng",
    not_found="Det fandt jeg ikke svar på i de dokumenter, jeg kender.",
    they_cover="De handler blandt andet om:",
    empty="Skriv et spørgsmål først.",
    too_long="Hold det venligst under {limit} tegn (nu {length}).",
    personal_number="Det ligner et CPR-nummer. Udelad det venligst; jeg har ikke brugt det.",
    stored="Intet af det, du skriver, bliver gemt. Udelad venligst CPR-numre.",
    getting_ready="Gør klar …",
    searching="Leder i dokumenterne …",
    failure="Der gik noget galt hos os (reference {reference}). Prøv igen.",
    theme="Lys eller mørk",
    other_language="English",
)


def phrases(language: Language) -> Phrases:
    return DANISH if language == "da" else ENGLISH


def number(value: int, language: Language) -> str:
    """1,240 in English, 1.240 in Danish."""
    shown = f"{value:,}"
    return shown.replace(",", ".") if language == "da" else shown
