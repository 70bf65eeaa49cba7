"""`chatbot widget`: the tag that puts the chat on a site, and whether that site may use it."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from chatbot import terminal
from chatbot.errors import ChatbotError


def widget(
    site: Annotated[str | None, typer.Argument(help="Address of the site that is to show the chat.")] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Where the public reaches this service; without it, CHATBOT_HOST and CHATBOT_PORT."),
    ] = None,
) -> None:
    """Print the script tag that puts the chat on a site.

    It holds for the settings this is run with and for this version of the program: run it again after an update. With
    the address of a site it also checks that the service answers that site's pages.
    """
    from chatbot.web.widget.script import widget_script

    settings = terminal.settings()

    def run() -> None:
        service = (address or f"http://{settings.host}:{settings.port}").rstrip("/")
        origin = _origin(service)
        script = widget_script(settings)
        source = f'src="{service}/{script.name}" integrity="{script.integrity}" crossorigin="anonymous"'
        typer.echo(f"<script async {source}></script>")
        typer.echo(f"For the site's content security policy: script-src {origin}; connect-src {origin}", err=True)
        if site is not None:
            _check(_origin(site), origin, settings.allowed_origins.split())

    terminal.reporting(run)


def _check(site: str, service: str, allowed: list[str]) -> None:
    if site != service and site not in allowed:
        raise ChatbotError(f"Pages of {site} may not ask. Set CHATBOT_ALLOWED_ORIGINS='{' '.join([*allowed, site])}'.")
    typer.echo(f"Pages of {site} may ask.", err=True)


def _origin(address: str) -> str:
    parts = urlsplit(address.lower())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ChatbotError(f"{address} is no address of a site. Write it like https://www.example.org.")
    return f"{parts.scheme}://{parts.netloc}"
