"""The command that says what a device's alerts are, over an API of its own."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from local.feedback import run
from local.feedback_flags import add_actions


class Api(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"] or 0))
        asked = [self.command, self.path, json.loads(sent) if sent else None]
        body = json.dumps({"asked": asked}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 (the names that the server calls)

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Api)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    serving.join()
    server.server_close()


SAID: list[tuple[list[str], list[Any]]] = [
    (["show", "pump 1"], ["GET", "/api/devices/pump%201/feedback", None]),
    (["forget", "pump-1"], ["DELETE", "/api/devices/pump-1/feedback", None]),
    (
        ["normal", "pump-1", "--preview"],
        ["POST", "/api/devices/pump-1/normal", {"preview": True}],
    ),
    (["normal", "pump-1"], ["POST", "/api/devices/pump-1/normal", {"preview": False}]),
    (
        ["label", "--normal", "a-1", "--anomaly", "a-2", "pump-1"],
        [
            "POST", "/api/devices/pump-1/feedback",
            {"labels": {"a-1": "normal", "a-2": "anomaly"}, "preview": False},
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "asked"), SAID)
def test_each_action_asks_the_api_for_it(
    url: str, capsys: pytest.CaptureFixture[str], said: list[str], asked: list[Any]
) -> None:
    parser = argparse.ArgumentParser()
    add_actions(parser)
    options = parser.parse_args(said)
    assert run(options, url) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == asked
