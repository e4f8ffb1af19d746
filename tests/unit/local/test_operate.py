"""What the API refuses is told in words, not in a traceback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.operate import change_setting
from local.prepare import PreparationError


class Refusing(BaseHTTPRequestHandler):
    """Answers 400 with the body it was sent."""

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(400 if "refused" in self.path else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    serving.join()


def test_a_setting_is_changed(url: str) -> None:
    assert change_setting(url, "optimiser", "north", {"paused": True}) == {"paused": True}


def test_a_refusal_says_what_and_why(url: str) -> None:
    with pytest.raises(PreparationError, match=r"tasks of site refused not set: 400 .*too much"):
        change_setting(url, "tasks", "refused", {"why": "too much"})


def test_a_problem_is_told_by_its_detail_alone(url: str) -> None:
    problem = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "too much"}
    with pytest.raises(PreparationError, match=r"not set: 400 too much$"):
        change_setting(url, "tasks", "refused", problem)


def test_nobody_there_says_so(url: str) -> None:
    nowhere = url.replace("127.0.0.1", "127.0.0.201")
    with pytest.raises(PreparationError, match="optimiser of site north not set"):
        change_setting(nowhere, "optimiser", "north", json.loads("{}"))
