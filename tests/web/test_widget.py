import gzip
import hashlib
import re
from base64 import b64encode
from importlib.resources import files

from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from chatbot.cli import app
from chatbot.settings import Settings
from chatbot.web.colours import colours
from chatbot.web.widget.script import SAID, widget_script


def command(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["widget", *arguments], env=environment)


def test_the_script_is_small_and_any_page_may_load_it(unlimited: TestClient) -> None:
    response = unlimited.get("/widget.js", headers={"accept-encoding": "gzip"})
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert int(response.headers["content-length"]) <= 12 * 1024
    assert unlimited.get("/widget.js", headers={"accept-encoding": "identity"}).content == response.content


def test_a_browser_that_has_the_script_is_not_sent_it_again(unlimited: TestClient) -> None:
    first = unlimited.get("/widget.js")
    again = unlimited.get("/widget.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert unlimited.get("/widget.js", headers={"if-none-match": '"another"'}).status_code == 200


def test_the_versioned_address_never_changes_its_content(unlimited: TestClient) -> None:
    tag = command(CHATBOT_FEEDBACK="votes.sqlite3").stdout
    (path,) = re.findall(r'src="http://127\.0\.0\.1:7860(/widget-[0-9a-f]{12}\.js)"', tag)
    response = unlimited.get(path)
    assert "immutable" in response.headers["cache-control"]
    digest = b64encode(hashlib.sha384(response.content).digest()).decode()
    assert f'integrity="sha384-{digest}" crossorigin="anonymous"' in tag


def test_the_address_of_another_version_leads_to_this_one(unlimited: TestClient) -> None:
    response = unlimited.get("/widget-0123456789ab.js", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "widget.js")
    assert response.headers["cache-control"] == "no-store"


def test_every_phrase_that_is_sent_is_said_and_every_one_said_is_sent() -> None:
    sources = files("chatbot.web.widget")
    code = "".join(
        part.read_text("utf-8") for part in sources.iterdir() if part.name.endswith(".js") and part.name != "demo.js"
    )
    said = set(re.findall(r"\b(?:says|#says|PHRASES\[language\])\.(\w+)", code)) | {"yes", "no"}
    # Named after the kind of trouble.
    said |= set(re.findall(r'new Trouble\((?:[\w. ]+\? )?"(\w+)"', code)) | {"offline"}
    assert said == {*SAID, "stored"}


def test_the_script_says_what_is_stored(settings: Settings) -> None:
    def stored(**changes: object) -> str:
        return widget_script(settings.model_copy(update=changes)).text

    assert "Only feedback you send is stored" in stored()
    assert "Nothing you write is stored" in stored(feedback=None)
    assert "What you ask is kept in a log" in stored(log_questions=True)


def test_the_script_is_never_compressed_twice_into_something_else(settings: Settings) -> None:
    script, again = widget_script(settings), widget_script(settings)
    assert script.compressed == again.compressed
    assert gzip.decompress(script.compressed) == script.content


def test_the_command_says_whether_a_site_may_ask() -> None:
    allowed = {"CHATBOT_ALLOWED_ORIGINS": "https://town.example"}
    told = command("https://town.example/contact/", "--address", "https://chat.example/", **allowed)
    assert told.exit_code == 0
    assert 'src="https://chat.example/widget-' in told.stdout
    assert "script-src https://chat.example; connect-src https://chat.example" in told.stderr
    assert "Pages of https://town.example may ask." in told.stderr
    told = command("https://city.example", **allowed)
    assert told.exit_code == 1
    assert "Set CHATBOT_ALLOWED_ORIGINS='https://town.example https://city.example'" in told.stderr
    told = command("town")
    assert (told.exit_code, "Write it like https://www.example.org" in told.stderr) == (1, True)


def test_the_widget_has_the_colours_of_the_pages(settings: Settings) -> None:
    script = widget_script(settings).text
    assert "colour(" not in script
    assert f"--chat-accent, {colours()['accent']}" in script
    assert f"--accent: {colours()['accent']};" in files("chatbot.web").joinpath("colours.css").read_text("utf-8")
