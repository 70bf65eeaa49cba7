"""Everything the product says, in both languages."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.language import Language


@dataclass(frozen=True)
class Phrases:
    """The strings of one language; braces are filled with `str.format`."""

    title: str
    about_one: str
    about_many: str
    all_documents: str
    automatic: str
    contact: str
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
    written: str
    stood_in: str
    in_language: dict[str, str]
    page: str
    see_also: str
    open_source: str
    opens_source: str
    show_passage: str
    hide_passage: str
    copy: str
    copied: str
    helpful: str
    yes: str
    no: str
    comment: str
    send: str
    thank_you: str
    not_sent: str
    not_found: str
    they_cover: str
    topic_question: str
    empty: str
    too_long: str
    personal_number: str
    feedback_stored: str
    nothing_stored: str
    questions_logged: str
    getting_ready: str
    steps: dict[str, str]
    searching: str
    crowded: str
    not_ready: str
    failure: str
    broken: str
    busy: str
    try_again: str
    needs_scripts: str
    theme: str
    other_language: str
    navigation: str
    ask_a_question: str
    about: str
    api: str
    to_the_quote: str
    source: str
    date: str
    language: str
    languages: dict[str, str]
    months: tuple[str, ...]
    day: str
    no_such_page: str
    no_such_document: str
    document_changed: str
    about_sections: tuple[tuple[str, str], ...]
    privacy: str
    privacy_always: str
    privacy_without_log: str
    privacy_with_log: str
    privacy_with_feedback: str
    privacy_with_model: str
    about_written: tuple[str, str]
    writes_nothing: str
    contact_heading: str
    documents_heading: str
    greeting: str
    close: str
    offline: str
    unavailable: str
    later: str
    refused: str

    def place(self, headings: Sequence[str], page: int | None) -> str:
        """Where something stands: "Denmark › Strategies, page 3"."""
        path = " › ".join(headings)
        return path if page is None else f"{path}, {self.page.format(number=page)}"


ENGLISH = Phrases(
    title="Ask about digital government in Denmark",
    about_one="Answers quote 1 document: {titles}.",
    about_many="Answers quote {count} documents",
    all_documents="All documents",
    automatic="Automatic; can err.",
    contact="Ask a person instead:",
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
    written="Written by a language model; every sentence was checked against the source behind it.",
    stood_in="Quoted: no written answer that the documents support came in time.",
    in_language={"da": "(in Danish)"},
    page="page {number}",
    see_also="See also",
    open_source="Open",
    opens_source="Open source {number} in a new tab, at the quote",
    show_passage="Show",
    hide_passage="Hide",
    copy="Copy",
    copied="Copied",
    helpful="Was this helpful?",
    yes="Yes",
    no="No",
    comment="Comment (optional, no personal details)",
    send="Send",
    thank_you="Thank you.",
    not_sent="That could not be sent. Please try again.",
    not_found="I found no answer to that in the documents I know.",
    they_cover="They do cover:",
    topic_question="{topic}",
    empty="Write a question first.",
    too_long="Please keep it under {limit} characters (now {length}).",
    personal_number="That looks like a personal number. Leave it out, please; I did not use it.",
    feedback_stored="Only feedback you send is stored. No personal numbers, please.",
    nothing_stored="Nothing you write is stored. No personal numbers, please.",
    questions_logged="What you ask is kept in a log. No personal numbers, please.",
    getting_ready="Getting ready …",
    steps={
        "Assembling the embedding model (once)": "assembling the language model, once",
        "Loading the embedding model": "loading the language model",
        "Reading documents": "opening the documents",
        "Embedding passages": "reading the documents, once",
        "Embedding sentences": "reading the documents sentence by sentence, once",
        "Splitting documents": "splitting the documents",
        "Naming topics": "naming what they are about",
        "Indexing words": "indexing their words",
        "Waiting for another process that builds the index": "waiting for another process that reads the documents",
    },
    searching="Looking in the documents …",
    crowded="Many people are asking at the moment. Please try again in a little while.",
    not_ready="The service is not ready (reference {reference}). Please come back later.",
    failure="Something went wrong on our side (reference {reference}). Please try again.",
    broken="The connection broke. Your question is still here.",
    busy="Many people are asking right now. Trying again in {seconds} seconds.",
    try_again="Try again",
    needs_scripts="Asking needs JavaScript. The documents can be read without it:",
    theme="Light or dark",
    other_language="Dansk",
    navigation="This site",
    ask_a_question="Ask a question",
    about="About",
    api="API",
    to_the_quote="To the quoted sentence",
    source="Source",
    date="Date",
    language="Language",
    languages={"da": "Danish", "en": "English"},
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month} {year}",
    no_such_page="There is no such page",
    no_such_document="No document has this address. It may have been renamed or taken out.",
    document_changed="This document has changed since it was quoted, so the quote is not marked.",
    about_sections=(
        (
            "What this is",
            "An automatic service that answers questions by quoting documents. It looks for the sentence that answers "
            "best and shows it word for word, with its place in the document.",
        ),
        (
            "How an answer is made",
            "Your question is compared with every passage, by meaning and by words, in Danish and in English; the "
            "passages that fit best are then read sentence by sentence. “Clear answer” means that the sentence very "
            "likely answers the question, “This may be the answer” that it is less sure. Otherwise it says that it "
            "found no answer. A question that leans on the one before is completed first; “Understood as” shows how.",
        ),
        (
            "What it cannot do",
            "It knows the documents below and nothing else, not even what day it is. It does not know your case and "
            "gives no advice. It can pick a wrong sentence, so check the source before you rely on an answer.",
        ),
    ),
    privacy="What is stored",
    privacy_always="There are no cookies, and nothing is kept in your browser.",
    privacy_without_log="Your questions are in the server's memory while the page is open, and nowhere afterwards.",
    privacy_with_log="Your questions are kept in the service's log, without your name.",
    privacy_with_feedback="If you send feedback, the question, which answer it got, your vote and your comment are "
    "stored, with e-mail addresses and long numbers masked. Nothing is stored about who you are.",
    privacy_with_model="Your question, and what was said before it, is sent to the language model together with the "
    "passages that were found.",
    about_written=(
        "What a language model does here",
        "Where the documents hold an answer, a language model puts it into words. Each of its sentences is shown only if a "
        "sentence of a document says the same, with the same names and numbers; that sentence stands below it. Where none "
        "is left, or the model does not answer in time, the quote is shown instead.",
    ),
    writes_nothing="It writes nothing of its own.",
    contact_heading="Whom to ask instead",
    documents_heading="The documents",
    greeting="Ask a question. The answer is quoted word for word from the documents, with its place in them.",
    close="Close",
    offline="You are offline. Your question is still here and will be asked when you are back.",
    unavailable="The service cannot answer right now. Trying again in {seconds} seconds.",
    later="The service cannot answer right now. Please try again later.",
    refused="The service does not answer questions from this site.",
)

DANISH = Phrases(
    title="Spørg om digital forvaltning i Danmark",
    about_one="Svarene citerer 1 dokument: {titles}.",
    about_many="Svarene citerer {count} dokumenter",
    all_documents="Alle dokumenter",
    automatic="Automatisk; kan tage fejl.",
    contact="Spørg hellere et menneske:",
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
    written="Skrevet af en sprogmodel; hver sætning er holdt op mod kilden bag den.",
    stood_in="Citeret: der kom ikke i tide et skrevet svar, som dokumenterne støtter.",
    in_language={"en": "(på engelsk)"},
    page="side {number}",
    see_also="Se også",
    open_source="Åbn",
    opens_source="Åbn kilde {number} i en ny fane, ved citatet",
    show_passage="Vis",
    hide_passage="Skjul",
    copy="Kopiér",
    copied="Kopieret",
    helpful="Var det til hjælp?",
    yes="Ja",
    no="Nej",
    comment="Kommentar (valgfri, ingen personlige oplysninger)",
    send="Send",
    thank_you="Tak.",
    not_sent="Det kunne ikke sendes. Prøv igen.",
    not_found="Det fandt jeg ikke svar på i de dokumenter, jeg kender.",
    they_cover="De handler blandt andet om:",
    topic_question="Hvad står der om {topic}?",
    empty="Skriv et spørgsmål først.",
    too_long="Hold det venligst under {limit} tegn (nu {length}).",
    personal_number="Det ligner et CPR-nummer. Udelad det venligst; jeg har ikke brugt det.",
    feedback_stored="Kun feedback, du sender, bliver gemt. Udelad venligst CPR-numre.",
    nothing_stored="Intet af det, du skriver, bliver gemt. Udelad venligst CPR-numre.",
    questions_logged="Det, du spørger om, gemmes i en log. Udelad venligst CPR-numre.",
    getting_ready="Gør klar …",
    steps={
        "Assembling the embedding model (once)": "samler sprogmodellen, kun denne ene gang",
        "Loading the embedding model": "indlæser sprogmodellen",
        "Reading documents": "åbner dokumenterne",
        "Embedding passages": "læser dokumenterne, kun denne ene gang",
        "Embedding sentences": "læser dokumenterne sætning for sætning, kun denne ene gang",
        "Splitting documents": "deler dokumenterne op",
        "Naming topics": "finder ud af, hvad de handler om",
        "Indexing words": "indekserer deres ord",
        "Waiting for another process that builds the index": "venter på en anden proces, som læser dokumenterne",
    },
    searching="Leder i dokumenterne …",
    crowded="Der er mange, der spørger lige nu. Prøv igen om lidt.",
    not_ready="Tjenesten er ikke klar (reference {reference}). Kom venligst igen senere.",
    failure="Der gik noget galt hos os (reference {reference}). Prøv igen.",
    broken="Forbindelsen blev afbrudt. Dit spørgsmål står her stadig.",
    busy="Mange spørger lige nu. Jeg prøver igen om {seconds} sekunder.",
    try_again="Prøv igen",
    needs_scripts="At spørge kræver JavaScript. Dokumenterne kan læses uden:",
    theme="Lys eller mørk",
    other_language="English",
    navigation="Dette websted",
    ask_a_question="Stil et spørgsmål",
    about="Om tjenesten",
    api="API",
    to_the_quote="Til den citerede sætning",
    source="Kilde",
    date="Dato",
    language="Sprog",
    languages={"da": "dansk", "en": "engelsk"},
    months=(
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ),
    day="{day}. {month} {year}",
    no_such_page="Den side findes ikke",
    no_such_document="Intet dokument har denne adresse. Det kan være omdøbt eller taget ud.",
    document_changed="Dokumentet er ændret, siden det blev citeret, så citatet er ikke markeret.",
    about_sections=(
        (
            "Hvad det er",
            "En automatisk tjeneste, der besvarer spørgsmål ved at citere dokumenter. Den leder efter den sætning, der "
            "svarer bedst, og viser den ordret med dens plads i dokumentet.",
        ),
        (
            "Hvordan et svar bliver til",
            "Dit spørgsmål sammenlignes med hvert afsnit, efter betydning og efter ord, på dansk og engelsk; de afsnit, "
            "der passer bedst, læses derefter sætning for sætning. »Tydeligt svar« betyder, at sætningen højst "
            "sandsynligt besvarer spørgsmålet, »Det her er måske svaret«, at det er mindre sikkert. Ellers siger den, "
            "at den ikke fandt svar. Et spørgsmål, der bygger på det forrige, bliver først gjort færdigt; »Forstået "
            "som« viser hvordan.",
        ),
        (
            "Hvad den ikke kan",
            "Den kender dokumenterne nedenfor og intet andet, heller ikke dagens dato. Den kender ikke din sag og giver "
            "ikke råd. Den kan vælge en forkert sætning, så se efter i kilden, før du bruger et svar.",
        ),
    ),
    privacy="Hvad der bliver gemt",
    privacy_always="Der er ingen cookies, og intet bliver gemt i din browser.",
    privacy_without_log="Dine spørgsmål er i serverens hukommelse, mens siden er åben, og derefter ingen steder.",
    privacy_with_log="Dine spørgsmål gemmes i tjenestens log, uden dit navn.",
    privacy_with_feedback="Hvis du sender feedback, gemmes spørgsmålet, hvilket svar det fik, din stemme og din "
    "kommentar; e-mailadresser og lange numre bliver sløret. Intet gemmes om, hvem du er.",
    privacy_with_model="Dit spørgsmål, og hvad der blev sagt før det, sendes til sprogmodellen sammen med de afsnit, der "
    "blev fundet.",
    about_written=(
        "Hvad en sprogmodel gør her",
        "Hvor dokumenterne har et svar, sætter en sprogmodel ord på det. Hver af dens sætninger vises kun, hvis en sætning i "
        "et dokument siger det samme, med de samme navne og tal; den sætning står under. Er der ingen tilbage, eller "
        "svarer modellen ikke i tide, vises citatet i stedet.",
    ),
    writes_nothing="Den skriver intet selv.",
    contact_heading="Hvem du ellers kan spørge",
    documents_heading="Dokumenterne",
    greeting="Stil et spørgsmål. Svaret er citeret ordret fra dokumenterne, med dets plads i dem.",
    close="Luk",
    offline="Du er offline. Dit spørgsmål står her stadig og bliver stillet, når du er på nettet igen.",
    unavailable="Tjenesten kan ikke svare lige nu. Jeg prøver igen om {seconds} sekunder.",
    later="Tjenesten kan ikke svare lige nu. Prøv igen senere.",
    refused="Tjenesten besvarer ikke spørgsmål fra dette websted.",
)


@dataclass(frozen=True)
class DemoPhrases:
    """What the page that shows the widget's options says; `options` are labels by attribute or property."""

    heading: str
    told: str
    options: dict[str, str]
    choices: dict[str, str]
    tag: str
    style: str
    events: str
    no_events: str


ENGLISH_DEMO = DemoPhrases(
    heading="The chat on your own site",
    told="Choose, and see it on this page at once. Below stands what to put into yours.",
    options={
        "mode": "Where",
        "lang": "Language",
        "position": "Side of the window",
        "theme": "Light or dark",
        "heading": "Heading",
        "greeting": "Greeting",
        "examples": "Questions to begin with, separated by |",
        "remember": "Conversation",
        "--chat-accent": "Colour of buttons and links",
        "--chat-on-accent": "Colour of the writing on them",
        "--chat-width": "Width",
    },
    choices={
        "": "as the page",
        "floating": "above the page",
        "inline": "in the page",
        "da": "Dansk",
        "en": "English",
        "right": "right",
        "left": "left",
        "light": "light",
        "dark": "dark",
        "none": "forgotten with the page",
        "session": "kept in this tab",
    },
    tag="The tag",
    style="Its colours and sizes, in your style sheet",
    events="What it tells your page",
    no_events="Nothing yet. Ask it something.",
)

DANISH_DEMO = DemoPhrases(
    heading="Chatten på dit eget websted",
    told="Vælg, og se det på denne side med det samme. Nedenfor står, hvad du skal sætte ind i din.",
    options={
        "mode": "Hvor",
        "lang": "Sprog",
        "position": "Side af vinduet",
        "theme": "Lys eller mørk",
        "heading": "Overskrift",
        "greeting": "Hilsen",
        "examples": "Spørgsmål til at begynde med, adskilt af |",
        "remember": "Samtale",
        "--chat-accent": "Farve på knapper og links",
        "--chat-on-accent": "Farve på skriften på dem",
        "--chat-width": "Bredde",
    },
    choices={
        "": "som siden",
        "floating": "over siden",
        "inline": "i siden",
        "da": "Dansk",
        "en": "English",
        "right": "højre",
        "left": "venstre",
        "light": "lys",
        "dark": "mørk",
        "none": "glemmes med siden",
        "session": "gemmes i denne fane",
    },
    tag="Koden",
    style="Farver og størrelser, til dit stilark",
    events="Hvad den fortæller din side",
    no_events="Intet endnu. Spørg den om noget.",
)


def phrases(language: Language) -> Phrases:
    return DANISH if language == "da" else ENGLISH


def demo_phrases(language: Language) -> DemoPhrases:
    return DANISH_DEMO if language == "da" else ENGLISH_DEMO


def number(value: int, language: Language) -> str:
    """1,240 in English, 1.240 in Danish."""
    shown = f"{value:,}"
    return shown.replace(",", ".") if language == "da" else shown


def written_date(date: str, language: Language) -> str:
    """2024-03-01 as 1 March 2024 or 1. marts 2024; anything but such a date as it stands."""
    try:
        when = datetime.date.fromisoformat(date)
    except ValueError:
        return date
    says = phrases(language)
    return says.day.format(day=when.day, month=says.months[when.month - 1], year=when.year)


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
# How people begin before they ask; small letters.
GREETINGS = (
    "hello",
    "hi",
    "hi there",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "hej",
    "hejsa",
    "hej med jer",
    "goddag",
    "god dag",
    "godmorgen",
    "god morgen",
    "godaften",
)

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
