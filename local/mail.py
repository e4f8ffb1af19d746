"""``python -m local mail``: a mail server for this machine alone, which prints what it is given."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.listening.addresses import require_loopback
from local.signals import catch_stop_signals

LARGEST = 1024 * 1024

Tell = Callable[[str], None]


class PrintedMail:
    """What the server does with a mail: a line of JSON, and on with the next."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (the library's name)
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        mail = message_from_bytes(raw, policy=policy.default)
        body = mail.get_body(("plain",))
        printed = {
            "to": envelope.rcpt_tos,
            "subject": str(mail["Subject"]),
            "id": str(mail["Message-ID"]),
            "text": "" if body is None else str(body.get_content()).replace("\r\n", "\n"),
        }
        self._tell(json.dumps(printed, ensure_ascii=False))
        return "250 OK"


def make_server(address: str, port: int, tell: Tell) -> Controller:
    """Raises ValueError where other machines could reach *address*."""
    return Controller(
        PrintedMail(tell),
        hostname=require_loopback(address),
        port=port,
        data_size_limit=LARGEST,
    )


def run(address: str, port: int) -> int:
    """Print mails until it is told to stop; returns 1 where the port is taken."""
    stopped: threading.Event = catch_stop_signals()
    server = make_server(address, port, _print)
    try:
        server.start()
    except OSError as error:
        print(f"failed: nothing can listen on {address}:{port}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Mails to {address}:{port} are printed here; Ctrl-C ends it.", file=sys.stderr)
    try:
        stopped.wait()
    finally:
        server.stop()
    return 0


def _print(line: str) -> None:
    print(line, flush=True)
