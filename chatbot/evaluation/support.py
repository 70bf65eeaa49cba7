"""How well a written sentence must be met by its source: what `SUPPORT` and `WORD_SUPPORT` were read from.

`python -m chatbot.evaluation.support xquad.en.json xquad.de.json` takes every sentence of a SQuAD file, shortens it in the
ways a writer does (words left out, one clause of it) or takes its translation from a parallel file, and looks how well
its own sentence and any other of the same paragraph meets it. What the thresholds should do is keep the one and drop the
other.
"""

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from chatbot import terminal
from chatbot.answering import ask_tokens
from chatbot.arrays import Floats
from chatbot.embedding import Encoded
from chatbot.evaluation.evaluation import open_for, prepare
from chatbot.evaluation.runs import Selection
from chatbot.evaluation.squad import load_squad
from chatbot.late_interaction import QuestionTokens
from chatbot.lexical import is_stop_word
from chatbot.passages import Passage
from chatbot.sentences import sentences
from chatbot.writing.verification import SUPPORT, WORD_SUPPORT, Verifier, lowest_word

_PASSAGES = 60
_WORD = re.compile(r"[^\W\d_]{5,}")


def measure(squad: Path, parallel: Path | None = None) -> Iterator[str]:
    """One line a kind of sentence: where its support lies, and that of its neighbours and of a stray word in it."""
    settings = terminal.settings()
    chatbot = open_for(prepare(Selection(squad=squad), settings), settings).chatbot
    translated = _translations(squad, parallel) if parallel else {}
    drawn = random.Random(0).sample(range(len(chatbot.index.passages)), _PASSAGES)  # noqa: S311
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    rng = random.Random(1)  # noqa: S311
    words = [word for row in drawn for word in _WORD.findall(chatbot.index.passages[row].text) if word.islower()]
    verifier = Verifier(chatbot.embeddings, chatbot.reader)
    for row in drawn:
        passage = chatbot.index.passages[row]
        others = [word for word in words if word not in passage.text]
        for number, (start, end) in enumerate(passage.sentences):
            sentence = passage.document.slice(start, end)
            if len(passage.sentences) < 2 or len(sentence.split()) < 6:
                continue
            for kind, text in _rewritten(sentence, translated.get(sentence), rng):
                found.setdefault(kind, []).append(_support(verifier, passage, number, text, rng.choice(others)))
    yield f"{'sentences':12} {'n':>5}  own kept  other kept  word kept  stray word kept   5% of own below"
    for kind, values in found.items():
        own, other, word, stray = np.array(values).T
        same = kind != "translated"
        limits = (SUPPORT[same], SUPPORT[same], WORD_SUPPORT[same], WORD_SUPPORT[same])
        shares = [float((kept >= limit).mean()) for kept, limit in zip((own, other, word, stray), limits, strict=True)]
        shown = "  ".join(f"{share:9.3f}" for share in shares)
        yield f"{kind:12} {len(values):5} {shown}        {np.quantile(own, 0.05):.3f} ({np.quantile(word, 0.05):.3f})"


def _rewritten(sentence: str, translation: str | None, rng: random.Random) -> Iterator[tuple[str, str]]:
    yield "verbatim", sentence
    yield "shortened", " ".join(word for word in sentence.split() if not is_stop_word(word) or rng.random() < 0.5)
    clauses = [clause.strip() for clause in re.split(r"[,;]", sentence) if len(clause.split()) > 4]
    if len(clauses) > 1:
        yield "clause", rng.choice(clauses)
    if translation:
        yield "translated", translation


def _support(
    verifier: Verifier, passage: Passage, number: int, text: str, stray: str
) -> tuple[float, float, float, float]:
    """Support by the own sentence, by the best other one, of the worst word, and of a word that does not belong."""
    met, asked, encoded = _met(verifier, passage, text)
    scores = met @ asked.weights
    word = lowest_word(text, encoded, met.max(axis=0), "")
    words = text.split()
    strayed = " ".join((*words[: len(words) // 2], stray, *words[len(words) // 2 :]))
    again, _, places = _met(verifier, passage, strayed)
    strange = lowest_word(strayed, places, again.max(axis=0), f"{passage.text} {text}")
    return float(scores[number]), float(np.delete(scores, number).max()), word, strange


def _met(verifier: Verifier, passage: Passage, text: str) -> tuple[Floats, QuestionTokens, Encoded]:
    encoded = verifier.embeddings.question(text)
    asked = ask_tokens(verifier.reader.head, encoded)
    return verifier.met(asked, passage), asked, encoded


def _translations(squad: Path, parallel: Path) -> dict[str, str]:
    """Sentences with their translations, where paragraphs have the same number of sentences in both files."""
    pairs: dict[str, str] = {}
    for one, other in zip(load_squad(squad).corpus.documents, load_squad(parallel).corpus.documents, strict=True):
        ours, theirs = (sentences(document.text, document.language) for document in (one, other))
        if len(ours) == len(theirs):
            pairs |= {one.slice(*a): other.slice(*b) for a, b in zip(ours, theirs, strict=True)}
    return pairs


if __name__ == "__main__":
    for line in measure(*map(Path, sys.argv[1:])):
        sys.stdout.write(line + "\n")
