"""A hub's sessions: what is kept when a WebSocket is lost, and what a session may do."""

from __future__ import annotations

import asyncio
import time

import pytest

from local.standins.webpubsub.access.tokens import ClientClaims, client_claims
from local.standins.webpubsub.errors import UnauthorizedError
from local.standins.webpubsub.sessions.frames import Payload
from local.standins.webpubsub.sessions.outbox import MAX_FRAMES
from local.standins.webpubsub.sessions.permissions import JOIN_LEAVE, SEND, Permissions
from local.standins.webpubsub.sessions.session import JSON, RELIABLE, Message, Session
from local.standins.webpubsub.state import Hub

CLAIMS = ClientClaims(user_id="ada", roles=(), groups=("g",))


class FakeLine:
    """Notes how it was hung up."""

    def __init__(self) -> None:
        self.ends: list[tuple[int, str]] = []
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1

    def hang_up(self, code: int, reason: str) -> asyncio.Future[None]:
        self.ends.append((code, reason))
        closed = asyncio.get_running_loop().create_future()
        closed.set_result(None)
        return closed


def recovered(hub: Hub, session: Session, line: FakeLine) -> Session | None:
    assert session.reconnection_token is not None
    return hub.recover(session.connection_id, session.reconnection_token, line)


async def test_a_reliable_session_waits_for_its_client_with_its_groups() -> None:
    hub, line = Hub("h", retention_s=60), FakeLine()
    session = hub.open(RELIABLE, CLAIMS, line)
    hub.detach(session, line, for_good=False)
    assert list(hub.in_group("g")) == [session]
    assert recovered(hub, session, FakeLine()) is session
    assert session.expiry is None


async def test_its_wait_ends() -> None:
    hub, line = Hub("h", retention_s=0.01), FakeLine()
    session = hub.open(RELIABLE, CLAIMS, line)
    hub.detach(session, line, for_good=False)
    deadline = time.monotonic() + 5
    while hub.session(session.connection_id) is not None:
        assert time.monotonic() < deadline, "the session was kept"
        await asyncio.sleep(0.005)
    assert recovered(hub, session, FakeLine()) is None
    assert not hub.in_group("g")
    assert not hub.of_user("ada")


@pytest.mark.parametrize(("protocol", "for_good"), [(JSON, False), (RELIABLE, True)])
async def test_other_sessions_end_with_their_line(protocol: str, for_good: bool) -> None:
    hub, line = Hub("h", retention_s=60), FakeLine()
    session = hub.open(protocol, CLAIMS, line)
    hub.detach(session, line, for_good=for_good)
    assert not hub.sessions()


async def test_a_recovery_takes_over_from_a_line_that_seems_alive() -> None:
    hub, first, second = Hub("h", retention_s=60), FakeLine(), FakeLine()
    session = hub.open(RELIABLE, CLAIMS, first)
    assert recovered(hub, session, second) is session
    assert first.ends == [(1000, "the connection was recovered by another WebSocket")]
    hub.detach(session, first, for_good=True)
    assert session.line is second


async def test_a_client_too_far_behind_is_ended_while_others_go_on() -> None:
    hub, slow, fast = Hub("h", retention_s=60), FakeLine(), FakeLine()
    behind = hub.open(JSON, CLAIMS, slow)
    for _ in range(MAX_FRAMES):
        hub.deliver(Message(Payload.of_text("x")), [behind])
    ahead = hub.open(JSON, CLAIMS, fast)
    hub.deliver(Message(Payload.of_text("x")), hub.in_group("g"))
    assert [code for code, _ in slow.ends] == [1008]
    assert list(hub.sessions()) == [ahead]


async def test_a_message_is_numbered_for_reliable_clients_only() -> None:
    hub = Hub("h", retention_s=60)
    plain, reliable = (hub.open(protocol, CLAIMS, FakeLine()) for protocol in (JSON, RELIABLE))
    hub.deliver(Message(Payload.of_json("1"), group="g"), hub.in_group("g"))
    frames = []
    for session in (plain, reliable):
        session.outbox.take(0)  # the connected event
        frames.append(session.outbox.take(0))
    assert [frame.sequence_id for frame in frames if frame is not None] == [None, 1]


def test_permissions_come_from_roles() -> None:
    allowed = Permissions(["webpubsub.joinLeaveGroup.a.b", "webpubsub.sendToGroup", "other.x"])
    assert allowed.allows(JOIN_LEAVE, "a.b")
    assert not allowed.allows(JOIN_LEAVE, "a")
    assert allowed.allows(SEND, "anything")
    allowed.revoke(SEND, None)
    assert not allowed.allows(SEND, "anything")


@pytest.mark.parametrize("token", ["", "abc", "a.b.c"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(UnauthorizedError):
        client_claims(token, key="k" * 32, audiences=["http://localhost/client/hubs/h"])
