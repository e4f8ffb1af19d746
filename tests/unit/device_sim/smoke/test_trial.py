"""A message is seen, or it is said where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from device_sim.hub.link import LinkError
from device_sim.smoke.page import PageError
from device_sim.smoke.trial import NotSeenError, see_message


class FakeDeployment:
    """Shows what was sent to it, where it is not told to hold it back."""

    def __init__(self, *hidden: str) -> None:
        self.hidden = set(hidden)
        self.sent: list[int] = []
        self.arrived = asyncio.Event()

    async def send(self) -> int:
        if "hub" in self.hidden:
            raise LinkError("the hub is away")
        self.sent.append(1_000 + len(self.sent))
        self.arrived.set()
        return self.sent[-1]

    async def ask(self, path: str, **query: str) -> Any | None:  # noqa: ANN401 (any JSON)
        if path in self.hidden:
            return None
        if "sign-in" in self.hidden:
            raise PageError("answered 403")
        if path == "negotiate":
            return {"url": f"ws://live/{query['site']}"} if self.sent else None
        assert path == "devices/d/readings"
        found = [t for t in self.sent if int(query["from"]) <= t <= int(query["to"])]
        return {"readings": len(found)}

    async def follow(self, url: str) -> AsyncIterator[Any]:
        assert url == "ws://live/s"
        if "live" not in self.hidden:
            await self.arrived.wait()
            yield {"type": "device"}
            yield {"type": "telemetry", "devices": [{"deviceId": "other", "t": self.sent[-1]}]}
            yield {"type": "telemetry", "devices": [{"deviceId": "d", "t": 5}]}
            yield {"type": "telemetry", "devices": [{"deviceId": "d", "t": self.sent[-1]}]}
        await asyncio.Event().wait()


async def see(deployment: FakeDeployment, within_s: float = 5.0) -> tuple[int, int, int]:
    passed = await see_message(deployment.send, deployment, device="d", site="s", within_s=within_s)
    return passed.stored_ms, passed.live_ms, passed.sent


async def test_a_message_that_is_seen_is_timed() -> None:
    stored_ms, live_ms, sent = await see(FakeDeployment())
    assert stored_ms >= 0
    assert live_ms >= 0
    assert sent == 1


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ("negotiate", "does not answer negotiate"),
        ("devices/d/readings", "the API has no reading"),
        ("live", "no live message came"),
    ],
)
async def test_what_is_not_seen_is_named(hidden: str, said: str) -> None:
    with pytest.raises(NotSeenError, match=f"{said}.*1 messages sent"):
        await see(FakeDeployment(hidden), within_s=1.3)


async def test_a_refusal_ends_it_at_once() -> None:
    with pytest.raises(PageError, match="403"):
        await see(FakeDeployment("sign-in"))
    with pytest.raises(LinkError, match="away"):
        await see(FakeDeployment("hub"))
