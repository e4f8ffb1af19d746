"""``python -m local mail`` prints what it is given, to this machine alone."""

from __future__ import annotations

import json

import pytest

from local.mail import make_server
from tests.contract.message_servers import find_port
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA
from tocsin.adapters.channels.email import EmailChannel
from tocsin.app_settings.channels import MailServer
from tocsin.domain.notifications.words import Note


async def test_a_mail_is_printed_as_one_line() -> None:
    printed: list[str] = []
    server = make_server("127.0.0.1", find_port(), printed.append)
    server.start()
    try:
        channel = EmailChannel(MailServer("127.0.0.1", server.port, "none", None, "t@localhost"))
        await channel.send(ADA, Note("1-a", "north", "shift", "test", "Über", "one\ntwo"))
    finally:
        server.stop()
    assert [json.loads(line) for line in printed] == [
        {
            "to": ["ada@plant.example"],
            "subject": "Über",
            "id": "<1-a@localhost>",
            "text": "one\ntwo\n",
        }
    ]


def test_other_machines_cannot_reach_it() -> None:
    with pytest.raises(ValueError, match="can be reached from other machines"):
        make_server("0.0.0.0", 1025, print)
