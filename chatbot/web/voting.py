"""Whether an answer was helpful: the form under it, which `buttons.js` sends to the feedback API."""

from chatbot.phrases import Phrases
from chatbot.web.escaping import shown
from chatbot.web.exchange import AskResponse

FEEDBACK_ADDRESS = "api/feedback"
COMMENT_CHARACTERS = 1000


def vote_form(answer: AskResponse, says: Phrases) -> str:
    """Two buttons; once one is pressed, a field for a comment; once sent, thanks."""
    # What the API wants to know of the answer travels in `data-about-…`.
    about = {"answer": answer.id, "question": answer.question, "language": answer.language, "status": answer.status}
    data = " ".join(f'data-about-{name}="{shown(value)}"' for name, value in about.items())
    votes = "".join(
        f'<button type="button" class="plain" data-vote="{vote}" aria-pressed="false">{shown(word)}</button>'
        for vote, word in (("yes", says.yes), ("no", says.no))
    )
    return (
        f'<form class="vote" data-send="{FEEDBACK_ADDRESS}" {data} data-thanks="{shown(says.thank_you)}" '
        f'data-not-sent="{shown(says.not_sent)}">'
        f'<div class="votes" role="group" aria-label="{shown(says.helpful)}">'
        f'<span aria-hidden="true">{shown(says.helpful)}</span>{votes}</div>'
        f'<div class="comment"><label>{shown(says.comment)}<textarea name="comment" rows="2" '
        f'maxlength="{COMMENT_CHARACTERS}"></textarea></label><button type="submit">{shown(says.send)}</button></div>'
        f'<p class="told" role="status"></p></form>'
    )
