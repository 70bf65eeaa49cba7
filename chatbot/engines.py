"""The engine that the settings name: files, or a server."""

from importlib.util import find_spec
from pathlib import Path

from chatbot.engine import FAISS, Engine
from chatbot.errors import ChatbotError
from chatbot.settings import Settings


def engine_for(settings: Settings, root: Path) -> Engine:
    """What the settings name, for the index in the folder `root`.

    Raises:
        ChatbotError: it is a server that cannot be reached, or its client is not installed.
    """
    if not settings.milvus:
        return FAISS
    if find_spec("pymilvus") is None:
        raise ChatbotError("The client of Milvus is not installed. Install it with: pip install '.[milvus]'.")
    from chatbot.milvus import MilvusEngine

    return MilvusEngine.at(settings.milvus, root)
