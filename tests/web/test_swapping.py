import asyncio
from pathlib import Path
from threading import Event

from fastapi.testclient import TestClient

from chatbot.answer import Answer
from chatbot.chatbot import Chatbot
from chatbot.corpus import load_corpus
from chatbot.indexing import open_index
from chatbot.opening import Ready
from chatbot.settings import Settings
from chatbot.watching import follow
from chatbot.web.asking import Asking
from chatbot.web.conversation import Conversation
from chatbot.web.exchange import response
from chatbot.web.loading import Loading, State
from chatbot.web.metrics import Metrics

SWAPS, ASKERS = 20, 16


def written(version: int) -> str:
    """A document whose offsets, and whose answer, are others in every version."""
    return (
        "padding " * version + f"begins version {version}.\n\n"
        f"The Agency for Digital Government has {1000 + version} employees in version {version}.\n"
    )


def opened(settings: Settings, chatbot: Chatbot) -> Ready:
    corpus = load_corpus(settings.corpus)
    found = open_index(settings.index, corpus, chatbot.embeddings, chatbot.reader.head, settings.passage_characters)
    return Ready(chatbot.over(found.index), (), found)


def test_while_the_index_is_swapped_no_question_fails_and_no_answer_is_mixed(tmp_path: Path, chatbot: Chatbot) -> None:
    corpus = tmp_path / "documents"
    corpus.mkdir()
    (corpus / "agency.md").write_text(written(0), encoding="utf-8")
    changes = {"corpus": corpus, "index": tmp_path / "index", "watch": 0.02, "questions_waiting": 100}
    settings = chatbot.settings.model_copy(update=changes)
    versions: set[str] = set()
    answers: list[Answer] = []

    async def run() -> None:
        loading = Loading(
            lambda _: opened(settings, chatbot),
            follow=lambda ready, stop: follow(ready, settings, stop, announce=versions.add),
        )
        asking = Asking(settings, loading, Metrics())
        loading.start()
        swapping = asyncio.create_task(swap(loading))
        await asyncio.gather(*(ask(asking, swapping) for _ in range(ASKERS)))
        loading.stop()

    async def swap(loading: Loading) -> None:
        async for _ in loading.states():
            pass
        for version in range(1, SWAPS + 1):
            before = loading.state
            # In one step, so that no look on a busy machine finds it empty.
            (tmp_path / "next.md").write_text(written(version), encoding="utf-8")
            (tmp_path / "next.md").replace(corpus / "agency.md")
            while loading.state is before:
                await asyncio.sleep(0.01)

    async def ask(asking: Asking, swapping: asyncio.Task[None]) -> None:
        while not swapping.done():
            conversation = Conversation("en")
            async for _ in conversation.ask("How many employees has the Agency?", asking):
                pass
            (turn,) = conversation.turns
            assert isinstance(turn, Answer)
            answers.append(turn)

    asyncio.run(asyncio.wait_for(run(), 120))
    assert versions == set()
    assert len({answer.text for answer in answers}) > SWAPS / 2
    for answer in answers:
        citation, found = answer.citations[0], response(answer).citations[0]
        version = int(answer.text.rstrip(".").rsplit(" ", 1)[1])
        assert citation.around is not None
        assert citation.around.document.text == written(version)
        assert found.before + found.quote + found.after in written(version)
        assert written(version)[citation.start : citation.end] == citation.quote == answer.text


def test_a_page_with_an_answer_of_the_index_before_still_opens_its_document(tmp_path: Path, chatbot: Chatbot) -> None:
    from chatbot.web.application import build_app

    corpus = tmp_path / "documents"
    corpus.mkdir()
    settings = chatbot.settings.model_copy(update={"corpus": corpus, "index": tmp_path / "index"})
    chatbots = []
    for version in (0, 1, 2):
        (corpus / "agency.md").write_text(written(version), encoding="utf-8")
        chatbots.append(opened(settings, chatbot).chatbot)
    first, second, third = (chatbot.documents["agency"] for chatbot in chatbots)
    loading = Loading(lambda _: Ready(chatbots[2], ()))
    with TestClient(build_app(settings, loading)) as client:
        while not loading.state.settled:
            pass
        loading.state = State(chatbot=chatbots[2], before=chatbots[1].documents)

        def page(version: str) -> str:
            return client.get(f"/documents/agency?start=0&end=6&version={version}").text

        assert "version 1" in page(second.version)
        assert "<mark" in page(second.version)
        assert "version 2" in page(third.version)
        assert "<mark" in page(third.version)
        assert "version 2" in page(first.version)
        assert "<mark" not in page(first.version)
        assert "has changed since it was quoted" in page(first.version)


def test_whoever_waits_sees_the_chatbot_that_took_the_place(chatbot: Chatbot) -> None:
    other = chatbot.over(chatbot.index)
    stopped = Event()
    loading = Loading(lambda _: Ready(chatbot, ()), follow=lambda ready, stop: [Ready(other, ())])
    loading.start()
    while loading.state.chatbot is not other:
        stopped.wait(0.01)
    assert loading.state.document("denmark") is chatbot.documents["denmark"]
    assert loading.state.before is chatbot.documents
