"""The one exception that is meant for people."""


class ChatbotError(Exception):
    """What went wrong and what to do about it, in one or two plain sentences.

    The command line and the page print the message and nothing else, so it must make sense to
    someone who has never seen the code.
    """
