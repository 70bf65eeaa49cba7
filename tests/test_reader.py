from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.answering import Reading, ask_tokens, score
from chatbot.chatbot import Chatbot
from chatbot.confidence import best_of, close_calls, figures
from chatbot.conversation import Resolved
from chatbot.cross_encoder import load_cross_encoder
from chatbot.errors import ChatbotError
from chatbot.reader import SHIPPED, Reader, load_reader, save_reader

QUESTION = "How many IT systems does the state have?"


def test_the_shipped_weights_are_small() -> None:
    assert SHIPPED.stat().st_size < 1_000_000


def test_a_saved_reader_reads_as_before(chatbot: Chatbot, tmp_path: Path) -> None:
    save_reader(chatbot.reader, tmp_path / "reader.safetensors")
    again = load_reader("any", chatbot.embeddings.dimension, tmp_path / "reader.safetensors")
    before = chatbot.ask(QUESTION)
    after = Chatbot(chatbot.index, chatbot.embeddings, again, chatbot.settings).ask(QUESTION)
    assert after.text == before.text
    assert after.confidence == pytest.approx(before.confidence, abs=1e-3)


def test_damaged_or_foreign_weights_are_one_sentence(reader: Reader, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(SHIPPED.read_bytes()[:1000])
    for path in (damaged, tmp_path / "missing.safetensors"):
        with pytest.raises(ChatbotError, match="missing or damaged"):
            load_reader("any", 384, path)
    with pytest.raises(ChatbotError, match="another embedding model"):
        load_reader("any", 768, SHIPPED)


def test_the_chance_is_a_probability_and_rests_on_figures_that_are_finite(chatbot: Chatbot, reader: Reader) -> None:
    assert reader.confidence is not None
    trace = chatbot.trace(QUESTION)
    encoded = chatbot.embeddings.question(QUESTION)
    asked = ask_tokens(reader.head, encoded)
    best, logit = best_of(
        reader.confidence.answerability, chatbot.index, reader.head, encoded, asked, trace.readings[:1]
    )
    values = figures(Resolved(QUESTION), best, logit)
    assert np.isfinite(values).all()
    assert trace.answer.confidence is not None
    assert 0 <= trace.answer.confidence <= 1


def test_a_number_that_the_passage_does_not_hold_makes_the_answer_less_sure(chatbot: Chatbot) -> None:
    known, unknown = (
        chatbot.ask(f"Which place did Denmark have in the UN E-Government Survey in {year}?").confidence
        for year in (2020, 2014)
    )
    assert known is not None
    assert unknown is not None
    assert unknown < known


def test_a_neighbour_that_may_hold_the_answer_is_quoted_along(chatbot: Chatbot) -> None:
    traces = [
        chatbot.trace(question) for question in ("What years does the Joint Public Digital Strategy cover?", QUESTION)
    ]
    for trace in traces:
        best = trace.readings[0]
        chosen = [number for number in (best.sentence, best.also) if number is not None]
        assert max(chosen) - min(chosen) == len(chosen) - 1
        start, end = best.span
        assert trace.answer.text == best.passage.document.text[start:end]


def test_probabilities_of_the_candidates_sentences_sum_to_at_most_one(chatbot: Chatbot) -> None:
    readings = chatbot.trace(QUESTION).readings
    assert 0 < sum(reading.probability for reading in readings) <= 1 + 1e-6
    assert [reading.score for reading in readings] == sorted((reading.score for reading in readings), reverse=True)


def likeliest(chatbot: Chatbot) -> list[Reading]:
    asked = ask_tokens(chatbot.reader.head, chatbot.embeddings.question(QUESTION))
    candidates = chatbot.trace(QUESTION).candidates
    return score(chatbot.index, chatbot.reader.head, asked, candidates).likeliest(4)


def test_of_sentences_that_score_alike_the_one_that_answers_is_chosen(chatbot: Chatbot) -> None:
    confidence = chatbot.reader.confidence
    assert confidence is not None
    encoded = chatbot.embeddings.question(QUESTION)
    asked = ask_tokens(chatbot.reader.head, encoded)
    alike = [replace(reading, score=0.0) for reading in reversed(likeliest(chatbot))]
    best, _ = best_of(confidence.answerability, chatbot.index, chatbot.reader.head, encoded, asked, alike)
    assert "4.000" in best.passage.document.slice(*best.span)


def test_sentences_far_behind_the_likeliest_are_not_looked_at_again(chatbot: Chatbot) -> None:
    first, *others = likeliest(chatbot)
    behind = [replace(reading, probability=0.01) for reading in others]
    assert close_calls([first, *behind]) == [first]
    assert close_calls([first, replace(others[0], probability=0.3), *behind[1:]]) == [
        first,
        replace(others[0], probability=0.3),
    ]


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random cross-encoder of two narrow layers whose vocabulary is single characters."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import AutoModelForSequenceClassification, BertConfig, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    vocabulary = {piece: number for number, piece in enumerate(["<pad>", "<unk>", *"abcdefghijklmnopqrstuvwxyz"])}
    characters = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    characters.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    make: Any = PreTrainedTokenizerFast
    tokenizer = make(tokenizer_object=characters, pad_token="<pad>", unk_token="<unk>")
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        id2label={0: "answers"},
        label2id={"answers": 0},
    )
    model: Any = AutoModelForSequenceClassification
    model.from_config(config).save_pretrained(folder)
    return folder


def test_a_cross_encoder_re_orders_the_readings_and_loses_none(chatbot: Chatbot, tiny_cross_encoder: Path) -> None:
    ranking = load_cross_encoder(str(tiny_cross_encoder))
    readings = chatbot.trace(QUESTION).readings
    ordered = ranking.order(QUESTION, readings)
    assert {id(reading) for reading in ordered} == {id(reading) for reading in readings}
    assert ranking.order(QUESTION, ordered) == ordered
    seated = Chatbot(
        chatbot.index, chatbot.embeddings, replace(chatbot.reader, cross_encoder=ranking), chatbot.settings
    )
    assert seated.trace(QUESTION).readings[0].candidate.row == ordered[0].candidate.row


def test_a_cross_encoder_that_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ChatbotError, match="CHATBOT_CROSS_ENCODER"):
        load_cross_encoder(str(tmp_path))


def test_a_foreign_embedding_model_is_read_without_a_fitted_confidence(chatbot: Chatbot) -> None:
    plain: Any = load_reader("another/model", 384)
    assert plain.confidence is None


def test_the_words_that_met_the_question_are_highlighted_inside_the_quote(chatbot: Chatbot) -> None:
    citation = chatbot.ask("Who is the DN Senior Official?").citations[0]
    words = [chatbot.documents["denmark"].text[start:end] for start, end in citation.highlights]
    assert {"Senior", "Official"} <= set(words)
    assert all(citation.start <= start < end <= citation.end for start, end in citation.highlights)
    assert "highlights" not in citation.model_dump()
    counted = chatbot.ask("How many IT systems does the state have?").citations[0]
    marked = {chatbot.documents["denmark"].text[start:end] for start, end in counted.highlights}
    assert {"4.000", "IT", "systems"} <= marked
    assert "There" not in marked, "a word that says nothing is not marked"
