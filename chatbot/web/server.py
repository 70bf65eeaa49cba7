"""Serving the web application: a port, a message, and a clean end."""

import asyncio
import contextlib
import errno
import logging
import socket
from functools import partial
from typing import TYPE_CHECKING

import typer

from chatbot.errors import ChatbotError
from chatbot.settings import Settings
from chatbot.web.logs import start_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Event

    from fastapi import FastAPI

    from chatbot.opening import Ready
    from chatbot.progress import Progress

_GRACE = 20  # seconds to finish answers when the server stops


def serve_page(settings: Settings) -> None:
    """Serve the chat page until it is stopped; it opens at once and gets ready behind the page.

    Raises:
        ChatbotError: the address or port cannot be used.
    """
    # The port first: who has to choose another should not wait for the imports.
    with listener(settings.host, settings.port) as listening:
        from chatbot.web.loading import Loading

        start_log()
        announce = partial(typer.echo, err=True)
        loading = Loading(partial(_open, settings), announce, partial(_follow, settings, announce))
        # The page's libraries take seconds to import, and so does getting ready: side by side.
        loading.start()
        from chatbot.web.application import build_app

        app = build_app(settings, loading)
        typer.echo(f"Serving at {_address(settings.host, listening)} (Ctrl+C stops it).", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            serve(app, listening)


def serve(app: "FastAPI", listening: socket.socket) -> None:
    """Serve the application on a bound socket; when it is told to stop, it finishes the answers it is giving."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Every open page holds a connection that only says that it is there; nothing is left to wait for.
            app.state.gradio.stop_event.set()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        # Which proxies are believed is the application's own business.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    Server(config).run(sockets=[listening])


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to the address and port.

    Raises:
        ChatbotError: it cannot be bound.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ChatbotError(
            f"{host} is no address to serve at ({error.strerror}). Set CHATBOT_HOST to another."
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise ChatbotError(
                f"Port {port} is already in use. Stop the other program or set CHATBOT_PORT to another port."
            ) from None
        raise ChatbotError(
            f"{host} port {port} cannot be served at ({error.strerror}). Set CHATBOT_HOST or CHATBOT_PORT to another."
        ) from None
    return listening


def _is_news(record: logging.LogRecord) -> bool:
    """Every open page holds a connection; that the end of the server cuts it off is no error worth a traceback."""
    cut_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not (cut_off or "timeout graceful shutdown" in record.getMessage())


def _open(settings: Settings, progress: "Progress") -> "Ready":
    from chatbot.opening import open_chatbot

    return open_chatbot(settings, progress)


def _follow(settings: Settings, announce: "Callable[[str], None]", ready: "Ready", stop: "Event") -> "Iterable[Ready]":
    if not settings.watch:
        return ()
    from chatbot.watching import follow

    return follow(ready, settings, stop, announce)


def _address(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
