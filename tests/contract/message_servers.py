"""Real servers that notifications are sent to: SMTP and HTTP, as well behaved as a test wants."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What came by SMTP. ``answer``: what a mail is answered with in place of taking it;
    ``addressee``: the same of one address; ``slow_s``: how long each mail takes."""

    mails: list[EmailMessage] = field(default_factory=list)
    answer: str | None = None
    addressee: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0.0

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.addressee:
            return self.addressee[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (the library's name)
        await asyncio.sleep(self.slow_s)
        if self.answer is not None:
            return self.answer
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def open_mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server and its port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=find_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


@dataclass
class Posts:
    """What was posted: headers and body. ``status``, ``headers``: of each answer; ``hangs``: there
    is none."""

    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        if self.hangs:
            await self.ended.wait()
        body = await request.read()
        if self.status == 200:
            self.received.append((dict(request.headers), body))
        return web.Response(status=self.status, headers=self.headers, text="as told")


@asynccontextmanager
async def open_posts() -> AsyncIterator[tuple[Posts, str]]:
    """A web server and its address."""
    posts = Posts()
    app = web.Application()
    app.router.add_post("/hook", posts.take)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    port = find_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield posts, f"http://127.0.0.1:{port}/hook"
    finally:
        posts.ended.set()
        await runner.cleanup()


@contextmanager
def open_silence() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield int(listener.getsockname()[1])


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: Any = probe.getsockname()[1]
        return int(port)
