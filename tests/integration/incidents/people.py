"""Who is told, and by what: hooks that answer, turn away or hang, and a mailbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = b"a key that nobody in a test guesses"
LONGEST_S = 60


@dataclass
class Post:
    """What came to a hook: the last part of its address, headers, body."""

    hook: str
    headers: dict[str, str]
    body: bytes


@dataclass
class People:
    """``mails``: as ``python -m local mail`` prints them. ``posts``: what hooks took.

    ``turned_away``: so many more posts to ``slack`` are answered 429. ``hangs``: until it is set,
    the hook ``stuck`` takes what it is sent and never answers.
    """

    address: str
    url: str = ""
    mails: list[dict[str, Any]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    turned_away: int = 0
    hangs: threading.Event = field(default_factory=threading.Event)

    def take_mail(self, line: str) -> None:
        self.mails.append(json.loads(line))

    def answer(self, post: Post) -> int:
        """The status of the answer; what is taken is kept."""
        if post.hook == "stuck":
            self.hangs.wait(LONGEST_S)
            return 200
        if post.hook == "slack" and self.turned_away > 0:
            self.turned_away -= 1
            return 429
        self.posts.append(post)
        return 200

    def find_mails(self, to: str, words: str = "") -> list[dict[str, Any]]:
        """Those to an address that have these words in the subject or the text."""
        return [
            mail
            for mail in self.mails
            if mail["to"] == [to] and words in f"{mail['subject']}\n{mail['text']}"
        ]

    def list_posts(self, hook: str) -> list[Post]:
        return [post for post in self.posts if post.hook == hook]


@contextmanager
def open_hooks(people: People) -> Iterator[None]:
    """Serve the hooks at ``people.url``."""

    class Hooks(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post = Post(self.path.rpartition("/")[2], dict(self.headers), body)
            self.send_response(people.answer(post))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer((people.address, 0), Hooks) as server:
        people.url = f"http://{people.address}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            people.hangs.set()
            server.shutdown()
            thread.join()
