"""The widget on somebody else's page: another origin, a strict policy, and whatever style sheet there is."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from playwright.sync_api import Browser

from chatbot.chatbot import Chatbot
from chatbot.settings import Settings
from tests.browser.serving import serving
from tests.browser.site import Site, site
from tests.browser.widget.visitor import Visit, ready, visiting


@pytest.fixture(scope="package")
def host(served: Settings, chatbot: Chatbot) -> Iterator[Site]:
    """A site whose pages the service answers."""
    with ExitStack() as stack:
        town = stack.enter_context(site())
        allowing = served.model_copy(update={"allowed_origins": town.origin})
        town.service = stack.enter_context(serving(allowing, ready(chatbot)))
        yield town


@pytest.fixture
def visit(browser: Browser, host: Site) -> Iterator[Visit]:
    """Opens an address for a new visitor; afterwards nobody else may have been asked, and nothing kept or complained."""
    with ExitStack() as stack:
        yield partial(visiting, stack, browser, host)
