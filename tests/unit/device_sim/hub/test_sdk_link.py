"""A link over clients of the SDK that answer nothing any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from azure.iot.device.aio import IoTHubDeviceClient

from device_sim.hub.link import LinkError
from device_sim.hub.message import Outgoing
from device_sim.hub.sdk_link import MOST_UNANSWERED, HubLink

SEND_TIMEOUT_S = 0.01


class FakeClient:
    """What HubLink uses of the SDK's client."""

    def __init__(self, *, alive: bool) -> None:
        self.alive = alive
        self.sent: list[Any] = []
        self.is_shut_down = False

    async def send_message(self, message: object) -> None:
        if not self.alive:
            await asyncio.Event().wait()
        self.sent.append(message)

    async def get_twin(self) -> Mapping[str, Any]:
        return {"desired": {}, "reported": {}}

    async def shutdown(self) -> None:
        self.is_shut_down = True


def message(seq: int) -> Outgoing:
    return Outgoing("d", "pump", seq, f"d-{seq}", [1], b"{}", produced_at=1)


def link_over(*clients: FakeClient) -> HubLink:
    following = iter(clients)
    return HubLink(
        lambda: cast("IoTHubDeviceClient", next(following)), send_timeout_s=SEND_TIMEOUT_S
    )


async def test_a_client_that_answers_nothing_any_more_is_replaced() -> None:
    dead, alive = FakeClient(alive=False), FakeClient(alive=True)
    link = link_over(dead, alive)
    told: list[str] = []
    await link.listen(lambda _: None, lambda: told.append("listen again"))
    for _ in range(MOST_UNANSWERED):
        with pytest.raises(LinkError):
            await link.send(message(1))
    await link.send(message(1))
    assert len(alive.sent) == 1
    assert told == ["listen again"]
    assert dead.is_shut_down


async def test_a_client_that_answers_now_and_then_is_kept() -> None:
    client = FakeClient(alive=True)
    link = link_over(client)
    for _ in range(3):
        client.alive = False
        for _ in range(MOST_UNANSWERED - 1):
            with pytest.raises(LinkError):
                await link.send(message(1))
        client.alive = True
        await link.send(message(1))
    assert len(client.sent) == 3


async def test_a_message_says_in_which_trace_it_is() -> None:
    client = FakeClient(alive=True)
    link = link_over(client)
    traced = message(1)
    traced.trace = f"00-{'a' * 32}-{'b' * 16}-01"
    await link.send(traced)
    await link.send(message(2))
    first, second = (sent.custom_properties for sent in client.sent)
    assert first["traceparent"] == traced.trace
    assert "traceparent" not in second
