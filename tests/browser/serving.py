"""A server in a thread, and a Chromium that calls nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, sync_playwright

from chatbot.settings import Settings
from chatbot.web.loading import Loading

CHROMIUM = Path("/usr/bin/chromium")
# No sandbox as root; the rest keeps Chromium itself from calling home.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(settings: Settings, loading: Loading, port: int = 0) -> Iterator[str]:
    """The address of a page that gets ready as `loading` does."""
    import uvicorn

    from chatbot.web.application import build_app
    from chatbot.web.server import listener

    config = uvicorn.Config(build_app(settings, loading), log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with listener("127.0.0.1", port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = monotonic() + 30
        while not server.started and monotonic() < until:
            sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()
