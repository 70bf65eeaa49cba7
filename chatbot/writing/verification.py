"""Verification: a written sentence is shown if a sentence of the passage it cites says the same, and not otherwise."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from chatbot.answer import Citation, cite
from chatbot.answering import Reading, ask_tokens
from chatbot.arrays import Floats
from chatbot.confidence import met_by
from chatbot.embedding import Encoded, TextEmbeddings
from chatbot.language import LANGUAGES, Language, is_in
from chatbot.late_interaction import QuestionTokens
from chatbot.lexical import is_stop_word, stems
from chatbot.passages import Passage
from chatbot.question import clean
from chatbot.reader import Reader
from chatbot.sentences import Span
from chatbot.writing.names import Known, has_strange_address, has_strange_name
from chatbot.writing.quantities import missing, quantities

# How well a source sentence must meet the written one: weighed mean cosine of its tokens (late interaction), in the same
# language and in another one. `python -m chatbot.evaluation.support` prints what that keeps and drops on XQuAD; within a
# language it is stricter than that alone would ask for, after what a small model was seen to write.
SUPPORT = {True: 0.6, False: 0.44}
# The same for a single word that says something: below, nothing in the passage is meant by it.
WORD_SUPPORT = {True: 0.46, False: 0.28}

# How much worse than the quote a text may meet the question; more, and it is about something else.
_LESS = 0.05
# How much lower the logit that it answers may be: other words for the same move it so far, what lacks the answer further.
_LESS_LIKELY = 3.0

# Longer sentences are rambling, or no sentences.
_LONGEST = 600

MARKER = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;&]\s*\d{1,3})*)\s*\]")
_BRACKETS = re.compile(r"\[[^\]]*\]?|【[^】]*】?")
_MARKUP = re.compile(r"<\s*[/!a-z]|&\w+;|&#|\]\s*\(|```|\{\{|\$\{", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*+|`+|^\s*(?:#{1,6}\s+|>\s*|[-•]\s+)|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_NOT_LATIN = re.compile(r"[^\W\d_A-Za-zÀ-ɏ]")
_NOT = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without|lacks?|ikke|ingen|intet|aldrig|hverken|uden|mangler)\b|n['’]t\b",
    re.IGNORECASE,
)
# A sentence that talks to a reader who follows instructions is no statement about anything, whoever wrote it.
_DIRECTIVE = re.compile(
    r"\b(?:ignore|disregard|forget|override|ignorer|glem|tilsidesæt|se bort fra)\b.{0,60}\b(?:instructions?|prompts?|rules?"
    r"|above|previous|earlier|instruktion\w*|instruks\w*|anvisning\w*|regler\w*|ovenfor|tidligere|ovenstående)\b"
    r"|\b(?:system|developer|hidden|skjulte?)[ -]?(?:prompt|message|besked|instruktion\w*)"
    r"|\b(?:you are now|act as|pretend|du er nu|opfør dig som|lad som)\b|\bas an ai\b"
    r"|(?:^|[.;:,“\"]\s*|\b(?:please|and|must|should|then|venligst|og|skal|bør|så)\s+)(?:say|tell|answer|reply|respond|write"
    r"|print|output|repeat|reveal|sig|svar|skriv|gentag|fortæl|udskriv|afslør)\b"
    r"|<\||\[/?inst\]|^\s*(?:system|user|assistant|bruger)\s*:",
    re.IGNORECASE,
)


class Reason(StrEnum):
    """Why a written sentence is not shown."""

    MARKER = "marker"
    FORM = "form"
    LANGUAGE = "language"
    FACT = "fact"
    MEANING = "meaning"


@dataclass(frozen=True)
class Supported:
    """A written sentence without its markers, and the sentence of a document that says so."""

    text: str
    citation: Citation


@dataclass(frozen=True)
class Verifier:
    """Checks the sentences of one answer against the passages that they were written from."""

    embeddings: TextEmbeddings
    reader: Reader
    _read: dict[str, list[NDArray[np.int8]]] = field(default_factory=dict)

    def check(self, written: str, passages: Sequence[Passage], question: str, language: Language) -> Supported | Reason:
        """What stands behind a written sentence, or why nothing does.

        Args:
            written: one sentence with its markers: [1] is the first of `passages`.
            passages: those that the model was given.
            question: what was asked; its words need no source, its names and numbers do.
            language: that of the question, and so the one to write in.
        """
        markers = [int(number) for found in MARKER.findall(written) for number in re.findall(r"\d+", found)]
        if not markers or not all(1 <= number <= len(passages) for number in markers):
            return Reason.MARKER
        text = clean(unicodedata.normalize("NFKC", _EMPHASIS.sub("", MARKER.sub("", written))))
        if not _is_statement(text):
            return Reason.FORM
        if not is_in(text, language):
            return Reason.LANGUAGE
        reason = Reason.FACT
        encoded = None
        for number in dict.fromkeys(markers):
            passage = passages[number - 1]
            if _has_strange(text, passage, question):
                continue
            encoded = encoded or self.embeddings.question(text)
            found = self._source(text, encoded, passage, language, question)
            if not isinstance(found, Reason):
                within = (passage.start, passage.end)
                return Supported(text, cite(passage.document, *found, passage.headings, within=within))
            reason = found
        return reason

    def answers(self, text: str, question: str, asked: QuestionTokens, quoted: Reading) -> bool:
        """Whether a written text says more than the question, and meets and answers it about as well as the quote does,
        the latter as far as the answerability model can tell."""
        if set(stems(text, LANGUAGES)) <= set(stems(question, LANGUAGES)):
            return False
        quote = quoted.passage.document.slice(*quoted.span)
        encoded = self.embeddings.encode([text, quote], self.embeddings.prompts["passage"])
        written, original = (self.reader.head.passage(each.tokens) for each in encoded)
        if float(asked.similarities(written).max(axis=0) @ asked.weights) < quoted.matches @ asked.weights - _LESS:
            return False
        again = self.embeddings.question(question)
        ours, theirs = (self._answerability(again, asked, quoted, each) for each in (written, original))
        return ours >= theirs - _LESS_LIKELY

    def _answerability(
        self, question: Encoded, asked: QuestionTokens, quoted: Reading, sentence: NDArray[np.int8]
    ) -> float:
        """The logit that a sentence, in the place of the quote, answers; 0 where no model of that was trained."""
        if self.reader.confidence is None:
            return 0.0
        matches = asked.similarities(sentence).max(axis=0)
        parts = quoted.parts.copy()
        parts[0] = matches @ asked.weights
        reading = replace(quoted, matches=matches, in_passage=np.maximum(matches, quoted.in_passage), parts=parts)
        head = self.reader.head
        met = met_by(head, asked, reading, sentence)
        return self.reader.confidence.answerability.logits(head.centred(question.tokens), [met])[0]

    def met(self, asked: QuestionTokens, passage: Passage) -> Floats:
        """How well each token is met in each of the passage's sentences, taken alone; shape [sentences, tokens]."""
        if passage.id not in self._read:
            texts = [passage.document.slice(*span) for span in passage.sentences]
            self._read[passage.id] = [
                self.reader.head.passage(encoded.tokens)
                for encoded in self.embeddings.encode(texts, self.embeddings.prompts["passage"])
            ]
        sentences = self._read[passage.id]
        return np.stack([asked.similarities(tokens).max(axis=0, initial=-1) for tokens in sentences])

    def _source(self, text: str, encoded: Encoded, passage: Passage, language: str, question: str) -> Span | Reason:
        """Where the best sentence is, or two neighbours, that say the same; a single one where one is enough."""
        asked = ask_tokens(self.reader.head, encoded)
        met = self.met(asked, passage)
        same = passage.document.language == language
        known = f"{passage.embedded_text} {question}"
        if lowest_word(text, encoded, met.max(axis=0), known) < WORD_SUPPORT[same]:
            return Reason.MEANING
        claimed, denied = quantities(text, language), bool(_NOT.search(text))
        wrong_fact = False
        for together in (1, 2):
            supports = [
                float(met[first : first + together].max(axis=0) @ asked.weights)
                for first in range(len(met) - together + 1)
            ]
            for first in np.argsort(-np.array(supports), kind="stable"):
                if supports[first] < SUPPORT[same]:
                    break
                span = passage.sentences[first][0], passage.sentences[first + together - 1][1]
                said = passage.document.slice(*span)
                # What is not in this very sentence may be named by the question, the title or a heading.
                near = Known("\n".join((said, question, passage.document.title, *passage.headings)))
                if has_strange_name(text, near, question):
                    wrong_fact = True
                    continue
                if _DIRECTIVE.search(said) or bool(_NOT.search(said)) != denied:
                    continue
                if missing(claimed, quantities(said, passage.document.language)):
                    wrong_fact = True
                    continue
                return span
        return Reason.FACT if wrong_fact else Reason.MEANING


def _is_statement(text: str) -> bool:
    """Whether it is a sentence that claims something, in plain text."""
    found = _WORD.findall(text)
    return (
        len(text) <= _LONGEST
        and len(found) > 1
        and not text.endswith(("?", ":"))
        and not _BRACKETS.search(text)
        and not _MARKUP.search(text)
        and not _DIRECTIVE.search(text)
    )


def _has_strange(text: str, passage: Passage, question: str) -> bool:
    """Whether a name, an address or a letter in it is not in the passage, its headings or the document's title."""
    source = Known(f"{passage.document.title}\n{passage.embedded_text}")
    letters = set(_NOT_LATIN.findall(text)) - set(source.text)
    return bool(letters) or has_strange_address(text, source) or has_strange_name(text, source, question)


def lowest_word(text: str, encoded: Encoded, met: Floats, known: str) -> float:
    """How well the word is met that the passage meets worst, of those that it does not have."""
    ordinary = {word.lower() for word in _WORD.findall(known)}
    lowest = 1.0
    for match in _WORD.finditer(text):
        if is_stop_word(match.group()) or match.group().lower() in ordinary:
            continue
        inside = (encoded.offsets[:, 0] < match.end()) & (encoded.offsets[:, 1] > match.start())
        if inside.any():
            lowest = min(lowest, float(met[inside].mean()))
    return lowest
