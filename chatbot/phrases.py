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
    conversation: str
    you_asked: str
    understood_as: str
    clear: str
    possible: str
    in_language: dict[str, str]
    see_also: str
    show_passage: str
    hide_passage: str
    copy: str
    copied: str
    not_found: str
    they_cover: str
    empty: str
    too_long: str
    personal_number: str
    stored: str
    getting_ready: str
    steps: dict[str, str]
    searching: str
    crowded: str
    not_ready: str
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
    conversation="Conversation",
    you_asked="You asked:",
    understood_as="Understood as: {question}",
    clear="Clear answer",
    possible="This may be the answer:",
    in_language={"da": "(in Danish)"},
    see_also="See also",
    show_passage="Show in context",
    hide_passage="Hide context",
    copy="Copy",
    copied="Copied",
    not_found="I found no answer to that in the documents I know.",
    they_cover="They do cover:",
    empty="Write a question first.",
    too_long="Please keep it under {limit} characters (now {length}).",
    personal_number="That looks like a personal number. Leave it out, please; I did not use it.",
    stored="Nothing you write is stored. Please leave out personal numbers.",
    getting_ready="Getting ready …",
    steps={
        "Assembling the embedding model (once)": "assembling the language model, once",
        "Loading the embedding model": "loading the language model",
        "Embedding passages": "reading the documents, once",
        "Embedding sentences": "reading the documents sentence by sentence, once",
    },
    searching="Looking in the documents …",
    crowded="Many people are asking at the moment. Please try again in a little while.",
    not_ready="The service could not get ready:",
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
        "Hvornår blev ministeriet oprettet?",
    ),
    conversation="Samtale",
    you_asked="Du spurgte:",
    understood_as="Forstået som: {question}",
    clear="Tydeligt svar",
    possible="Det her er måske svaret:",
    in_language={"en": "(på engelsk)"},
    see_also="Se også",
    show_passage="Vis i sammenhæng",
    hide_passage="Skjul sammenhæng",
    copy="Kopiér",
    copied="Kopieret",
    not_found="Det fandt jeg ikke svar på i de dokumenter, jeg kender.",
    they_cover="De handler blandt andet om:",
    empty="Skriv et spørgsmål først.",
    too_long="Hold det venligst under {limit} tegn (nu {length}).",
    personal_number="Det ligner et CPR-nummer. Udelad det venligst; jeg har ikke brugt det.",
    stored="Intet af det, du skriver, bliver gemt. Udelad venligst CPR-numre.",
    getting_ready="Gør klar …",
    steps={
        "Assembling the embedding model (once)": "samler sprogmodellen, kun denne ene gang",
        "Loading the embedding model": "indlæser sprogmodellen",
        "Embedding passages": "læser dokumenterne, kun denne ene gang",
        "Embedding sentences": "læser dokumenterne sætning for sætning, kun denne ene gang",
    },
    searching="Leder i dokumenterne …",
    crowded="Der er mange, der spørger lige nu. Prøv igen om lidt.",
    not_ready="Tjenesten kunne ikke blive klar:",
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


@dataclass(frozen=True)
class Pleasantry:
    """Something said out of courtesy: how it may sound in either language, and what is said back."""

    sounds_like: tuple[str, ...]
    replies: dict[Language, str]


PLEASANTRIES = (
    Pleasantry(
        ("Hello", "Hi there", "Good morning", "Hej", "Goddag", "Hej med dig"),
        {
            "en": "Hello. Ask me about digital government in Denmark.",
            "da": "Goddag. Spørg mig om digital forvaltning i Danmark.",
        },
    ),
    Pleasantry(
        (
            "Thanks",
            "Thank you very much",
            "Great, thanks for your help",
            "Tak",
            "Mange tak for hjælpen",
            "Tusind tak, det var godt",
        ),
        {
            "en": "You are welcome. Ask me more about digital government in Denmark.",
            "da": "Velbekomme. Spørg mig gerne om mere om digital forvaltning i Danmark.",
        },
    ),
    Pleasantry(
        ("Goodbye", "Bye, see you", "Farvel", "Hej hej, vi ses"),
        {"en": "Goodbye.", "da": "Farvel."},
    ),
    Pleasantry(
        ("How are you?", "Hvordan har du det?", "Hvordan går det?"),
        {
            "en": "Thank you for asking. I am a program; ask me about digital government in Denmark.",
            "da": "Tak, fordi du spørger. Jeg er et program; spørg mig om digital forvaltning i Danmark.",
        },
    ),
    Pleasantry(
        ("Who are you?", "What can you do?", "Are you a robot?", "Hvem er du?", "Hvad kan du?", "Er du en robot?"),
        {
            "en": "I am an automatic service. I answer questions about digital government in Denmark by quoting the "
            "documents I know, and I say so when they hold no answer.",
            "da": "Jeg er en automatisk tjeneste. Jeg besvarer spørgsmål om digital forvaltning i Danmark ved at citere "
            "de dokumenter, jeg kender, og jeg siger til, når svaret ikke står der.",
        },
    ),
)

# Short questions that sound like a pleasantry and are none; they keep follow-ups from being taken for one.
NOT_PLEASANTRIES = (
    "What is it about?",
    "Who is she?",
    "Who are they?",
    "What can it do?",
    "How does it work?",
    "When was that?",
    "Why?",
    "Hvad handler den om?",
    "Hvad gør den?",
    "Hvem er hun?",
    "Hvem er det?",
    "Hvordan virker det?",
    "Hvornår var det?",
    "Hvorfor?",
)
