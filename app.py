"""Settings in, web app out, serve."""

import sys

from chatbot.errors import ChatbotError
from chatbot.process import prepare_process
from chatbot.settings import load_settings


def main() -> None:
    settings = load_settings()
    prepare_process(settings)

    from chatbot.web.server import serve_page

    serve_page(settings)


if __name__ == "__main__":
    try:
        main()
    except ChatbotError as error:
        sys.exit(f"Error: {error}")
