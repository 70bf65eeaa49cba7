"""What must be set in the process before the heavy libraries are imported."""

import os
from pathlib import Path

from chatbot.settings import DEFAULT_MODEL, Settings


def prepare_process(settings: Settings) -> None:
    """Call before anything else: no call home, no spinning or oversubscribed threads.

    The model hub is reachable only where the settings name a model that must come from there.
    """
    defaults = {
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": str(settings.threads),
        "TOKENIZERS_PARALLELISM": "false",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "LANGSMITH_TRACING": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if _model_is_here(settings.embedding_model) and _is_here(settings.cross_encoder):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _model_is_here(name: str) -> bool:
    from chatbot.e5_weights import bundled_weights

    return _is_here(name) or (name == DEFAULT_MODEL and bundled_weights() is not None)


def _is_here(name: str) -> bool:
    return not name or Path(name).is_dir()
