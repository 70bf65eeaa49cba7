"""Opening: settings in, a chatbot out that can be asked, with its models loaded and its index current."""

from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.chatbot import Chatbot
from chatbot.corpus import Corpus, open_corpus
from chatbot.cross_encoder import load_cross_encoder
from chatbot.embedding_model import load_embeddings
from chatbot.engines import engine_for
from chatbot.indexing import Opened, open_index
from chatbot.progress import Progress, no_progress
from chatbot.reader import load_reader
from chatbot.settings import Settings


@dataclass(frozen=True)
class Ready:
    """A chatbot that can be asked, and what its users should know about how it started.

    Attributes:
        opened: the index it answers from and what became of it; None for a chatbot put together by hand.
    """

    chatbot: Chatbot
    notices: tuple[str, ...]
    opened: Opened | None = None


def open_chatbot(settings: Settings, progress: Progress = no_progress, *, rebuild: bool = False) -> Ready:
    """The chatbot over the corpus folder that the settings name.

    Raises:
        ChatbotError: the corpus, the model or the index folder is not usable.
    """
    return open_over(open_corpus(settings, progress), settings.index, settings, progress, rebuild=rebuild)


def open_over(
    corpus: Corpus, root: Path, settings: Settings, progress: Progress = no_progress, *, rebuild: bool = False
) -> Ready:
    """Load the models, open the index of `corpus` under the folder `root` or build it, and return the chatbot.

    Raises:
        ChatbotError: a model or the folder is not usable.
    """
    embeddings = load_embeddings(settings, progress)
    reader = load_reader(settings.embedding_model, embeddings.dimension, settings.reader)
    reader = replace(reader, longest=settings.answer_sentences)
    if settings.cross_encoder:
        reader = replace(reader, cross_encoder=load_cross_encoder(settings.cross_encoder))
    opened = open_index(
        root,
        corpus,
        embeddings,
        reader.head,
        settings.passage_characters,
        progress,
        rebuild=rebuild,
        engine=engine_for(settings, root),
    )
    notices = [*index_notices(opened), *corpus.skipped]
    if reader.confidence is None:
        notices.append("No confidence was fitted for this embedding model. See `chatbot train`.")
    writer = None
    if settings.llm:
        from chatbot.writing.model import open_model
        from chatbot.writing.writer import Writer

        writer = Writer(open_model(settings), embeddings, reader, settings)
    return Ready(Chatbot(opened.index, embeddings, reader, settings, writer), tuple(notices), opened)


def index_notices(opened: Opened) -> tuple[str, ...]:
    """What became of the index, in one sentence, if there is something to say."""
    if opened.rebuilt_because:
        return (f"The index was built because {opened.rebuilt_because}.",)
    if opened.held:
        return (
            f"The index was rolled back and stays as it is ({opened.changes}) until a document changes. "
            "`chatbot index --rollback` takes that back.",
        )
    return ()
