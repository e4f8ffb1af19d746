"""The command that lists, shows and replays dead letters, over an API of its own."""

from __future__ import annotations

import argparse
import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from local.__main__ import main
from local.letters import run
from local.prepare import PreparationError

BODY = b"\xff{ not json\n"
LETTERS = [f"2026-11-27-0-{number}-1795332074190" for number in range(3)]


class Api(BaseHTTPRequestHandler):
    """Pages of one letter; the first is refused again, the others are scored."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path != "/api/dead-letters":
            body = (
                {}
                if address.path.endswith("alert-1")
                else {"body": base64.b64encode(BODY).decode()}
            )
            self._answer(200, {"path": address.path, **body})
            return
        query = {name: texts[0] for name, texts in parse_qs(address.query).items()}
        number = int(query.pop("cursor", "0"))
        more = str(number + 1) if number < 2 else None
        self._answer(
            200, {"deadLetters": [{"id": LETTERS[number], "query": query}], "cursor": more}
        )

    def do_POST(self) -> None:
        letter_id = self.path.split("/")[3]
        if letter_id not in LETTERS:
            self._answer(404, {"title": "Not Found", "detail": "there is no such dead letter"})
            return
        outcome = "refused" if letter_id == LETTERS[0] else "scored"
        self._answer(200, {"id": letter_id, "outcome": outcome})

    def _answer(self, status: int, content: object) -> None:
        self.rfile.read(int(self.headers["content-length"] or 0))
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Api)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    serving.join()


def ask(url: str, *arguments: str) -> int:
    """What ``python -m local dead-letters`` would do with these arguments."""

    def call(options: argparse.Namespace) -> int:
        return run(options, url)

    return main(["dead-letters", *arguments], {"dead-letters": call})


def test_every_page_is_listed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(url, "list", "--from", "5", "--reason", "not-json", "--device", "a b") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == LETTERS
    assert lines[2]["query"] == {
        "from": "5", "reason": "not-json", "device": "a b", "max": "200",
    }  # fmt: skip


def test_one_is_shown_whatever_its_name(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(url, "show", "../x?y", "--address", "127.0.0.9") == 0
    assert json.loads(capsys.readouterr().out)["path"] == "/api/dead-letters/..%2Fx%3Fy"


def test_what_a_device_sent_is_shown_as_it_came(
    url: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert ask(url, "show", LETTERS[0], "--body") == 0
    assert capfdbinary.readouterr().out == BODY
    with pytest.raises(PreparationError, match="it is no message, so it has no body"):
        ask(url, "show", "alert-1", "--body")


def test_replays_fail_where_one_is_refused_again(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(url, "replay", *LETTERS[1:]) == 0
    assert ask(url, "replay", *LETTERS) == 1
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_one_that_is_not_there_is_told_and_holds_up_no_other(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(url, "replay", LETTERS[1], "x", LETTERS[2]) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["id"] for line in told.out.splitlines()] == LETTERS[1:]
    assert told.err.startswith("failed: dead letter x not replayed: 404 there is no such")


def test_what_the_api_refuses_is_told() -> None:
    with pytest.raises(PreparationError, match="dead letters not listed"):
        ask("http://127.0.0.1:9/", "list")
