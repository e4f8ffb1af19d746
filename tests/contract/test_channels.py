"""Email, Slack and webhooks through real servers, down, slow, hanging, answering 500 and 429."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from tests.contract.message_servers import (
    Mailbox,
    Posts,
    find_port,
    open_mailbox,
    open_posts,
    open_silence,
)
from tests.fakes.messages import NOW
from tests.fakes.services import PAGE_URL
from tests.unit.tocsin.usecases.notifications.notify_plant import (
    ADA,
    BOB,
    CHAT,
    HOOK,
    NotifyPlant,
    make_rule,
)
from tocsin.adapters.channels.email import EmailChannel
from tocsin.adapters.channels.slack import SlackChannel
from tocsin.adapters.channels.webhook import WebhookChannel
from tocsin.app_settings.channels import MailServer
from tocsin.domain.errors import (
    AddresseeAwayError,
    DeliveryError,
    InvalidRequestError,
    RefusedError,
    ThrottledError,
)
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.words import Note
from tocsin.usecases.notifications.send_deliveries import NotifyRoom
from tocsin.usecases.ports.notifications import Sender

KEY = b"a key that nobody guesses"
NOTE = Note("1-a", "north", "shift", "opened", "[north] Überhitzt <x> & so", "1 < 2\nsecond line")


def mail_server(port: int) -> MailServer:
    return MailServer("127.0.0.1", port, "none", None, "tocsin@plant.example")


@dataclass
class Town:
    """A mail server and two web servers, and a plant that sends to them."""

    mailbox: Mailbox
    slack: Posts
    tickets: Posts
    site: NotifyPlant
    mail: EmailChannel
    chat: SlackChannel
    hook: WebhookChannel
    send_s: float = 5.0

    @property
    def room(self) -> NotifyRoom:
        senders: dict[str, Sender] = {
            "email": self.mail, "slack": self.chat, "webhook": self.hook,
        }  # fmt: skip
        room = self.site.plant.services().notify_room
        return replace(room, senders=senders, send_s=self.send_s)  # type: ignore[arg-type]  # all three

    async def announce(self) -> dict[str, Delivery]:
        """Have an incident told; what became of it, by channel."""
        from tocsin.usecases.notifications.serve_site import serve_site  # noqa: PLC0415

        await self.site.raise_on("rig-1")
        await self.site.tend(minutes=1)
        await serve_site("north", self.room)
        return self.list_deliveries()

    def list_deliveries(self) -> dict[str, Delivery]:
        return {
            each.target.channel: each for each in self.site.deliveries if each.target is not None
        }


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    with open_mailbox() as (mailbox, port):
        async with open_posts() as (slack, chat_url), open_posts() as (tickets, hook_url):
            site = NotifyPlant()
            await site.set(make_rule(ADA, CHAT, HOOK))
            yield Town(
                mailbox,
                slack,
                tickets,
                site,
                EmailChannel(mail_server(port)),
                SlackChannel({"shift": chat_url}),
                WebhookChannel({"tickets": hook_url}, KEY, lambda: NOW),
            )


async def test_all_three_arrive(town: Town) -> None:
    done = await town.announce()
    assert {channel: each.status for channel, each in done.items()} == {
        "email": "sent", "slack": "sent", "webhook": "sent",
    }  # fmt: skip
    (mail,) = town.mailbox.mails
    assert (mail["To"], mail["From"]) == ("Ada <ada@plant.example>", "tocsin@plant.example")
    assert mail["Subject"].startswith("[north] low: rig-1: heat_c")
    assert mail["Message-ID"] == f"<{done['email'].delivery_id}@plant.example>"
    assert "rig-1" in mail.get_content()
    (incident,) = town.site.incidents.all()
    link = f"{PAGE_URL}/#/incidents/{incident.incident_id}?site=north"
    assert link in mail.get_content().split()
    ((_, posted),) = town.slack.received
    assert json.loads(posted)["text"].startswith("*[north] low: rig-1: heat_c")
    assert link in json.loads(posted)["text"].split()
    ((headers, body),) = town.tickets.received
    content = json.loads(body)
    assert content["id"] == headers["X-Tocsin-Delivery"] == done["webhook"].delivery_id
    assert content["incidents"][0]["deviceIds"] == ["rig-1"]
    assert content["incidents"][0]["url"] == link
    at = headers["X-Tocsin-Timestamp"]
    digest = hmac.new(KEY, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Tocsin-Signature"] == f"v1={digest}"


async def test_a_mail_shows_any_text_as_it_is(town: Town) -> None:
    await town.mail.send(ADA, NOTE)
    (mail,) = town.mailbox.mails
    assert mail["Subject"] == NOTE.subject
    assert mail.get_content().splitlines() == ["1 < 2", "second line"]
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_slack_takes_no_text_for_markup(town: Town) -> None:
    await town.chat.send(CHAT, NOTE)
    ((_, posted),) = town.slack.received
    assert (
        json.loads(posted)["text"]
        == "*[north] Überhitzt &lt;x&gt; &amp; so*\n1 &lt; 2\nsecond line"
    )


@pytest.mark.parametrize("trouble", ["down", "hanging", "500", "429", "slow"])
@pytest.mark.parametrize("channel", ["email", "slack", "webhook"])
async def test_one_channel_in_trouble_delays_no_other_and_loses_nothing(
    town: Town, channel: str, trouble: str
) -> None:
    town.send_s = 1.0
    mail, chat, hook = town.mail, town.chat, town.hook
    with open_silence() as silent:
        port = {"down": find_port(), "hanging": silent}.get(trouble)
        if port is not None:
            url = f"http://127.0.0.1:{port}/hook"
            town.mail = EmailChannel(mail_server(port)) if channel == "email" else mail
            town.chat = SlackChannel({"shift": url}) if channel == "slack" else chat
            if channel == "webhook":
                town.hook = WebhookChannel({"tickets": url}, KEY, lambda: NOW)
        elif channel == "email":
            town.mailbox.answer = {"500": "451 try later", "429": "450 too many"}.get(trouble)
            town.mailbox.slow_s = 2.0 if trouble == "slow" else 0.0
        else:
            posts = town.slack if channel == "slack" else town.tickets
            posts.hangs = trouble == "slow"
            posts.status = int(trouble) if trouble.isdecimal() else 200
            posts.headers = {"Retry-After": "120"} if trouble == "429" else {}
        began_s = time.monotonic()
        done = await town.announce()
        assert time.monotonic() - began_s < 6.0
    failed = done.pop(channel)
    assert (failed.status, failed.attempts) == ("pending", 1)
    assert failed.reason
    assert "127.0.0.1" not in failed.reason or channel == "email", "addresses of hooks are secrets"
    assert {each.status for each in done.values()} == {"sent"}
    if trouble == "429" and channel != "email":
        assert failed.next_at == town.site.now_ms + 120_000
    # It comes back: what waited arrives, and only once.
    town.mail, town.chat, town.hook = mail, chat, hook
    town.mailbox.answer, town.mailbox.slow_s = None, 0.0
    for posts in (town.slack, town.tickets):
        posts.hangs, posts.status, posts.headers = False, 200, {}
    town.mailbox.mails.clear()
    from tocsin.usecases.notifications.serve_site import serve_site  # noqa: PLC0415

    await town.site.tend(minutes=3)
    town.send_s = 5.0
    await serve_site("north", town.room)
    assert {each.status for each in town.list_deliveries().values()} == {"sent"}
    assert len(town.slack.received) == len(town.tickets.received) == 1
    assert len(town.mailbox.mails) == (1 if channel == "email" else 0)


async def test_what_a_mail_server_says_is_told_apart(town: Town) -> None:
    for answer, kind in (
        ("550 no such user", RefusedError), ("452 mailbox full", AddresseeAwayError),
    ):  # fmt: skip
        town.mailbox.addressee[BOB.name] = answer
        with pytest.raises(kind, match=answer[:3]):
            await town.mail.send(BOB, NOTE)
    town.mailbox.answer = "421 too many connections"
    with pytest.raises(ThrottledError):
        await town.mail.send(ADA, NOTE)
    town.mailbox.answer = "554 spam"
    with pytest.raises(RefusedError):
        await town.mail.send(ADA, NOTE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError), (302, RefusedError), (410, DeliveryError), (404, DeliveryError),
        (403, DeliveryError), (503, DeliveryError), (429, ThrottledError),
    ],
)  # fmt: skip
async def test_what_a_web_server_says_is_told_apart(
    town: Town, status: int, kind: type[Exception]
) -> None:
    town.slack.status = status
    town.slack.headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
    with pytest.raises(kind, match=str(status)) as failed:
        await town.chat.send(CHAT, NOTE)
    assert type(failed.value) is kind
    assert "127.0.0.1" not in str(failed.value)


async def test_what_is_not_set_is_said_when_a_rule_is_set_and_when_it_sends() -> None:
    mail, chat = EmailChannel(None), SlackChannel({"night": "https://hooks.example/x"})
    hook = WebhookChannel({"tickets": "https://tickets.example/"}, b"", lambda: NOW)
    cases = (
        (mail, ADA, "set SMTP_URL and MAIL_FROM"),
        (chat, CHAT, "SLACK_WEBHOOKS has no 'shift'; there are night"),
        (hook, HOOK, "set WEBHOOK_KEY"),
    )
    for channel, target, said in cases:
        assert isinstance(channel, EmailChannel | SlackChannel | WebhookChannel)
        with pytest.raises(InvalidRequestError, match=said):
            channel.check(target)
        with pytest.raises(RefusedError, match=said):
            await channel.send(target, NOTE)
