"""Whether a message is seen where people look for it, and how soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from device_sim.errors import SimulatorError
from device_sim.hub.link import LinkError

SEND_EVERY_S = 5.0
ASK_EVERY_S = 0.2
CONNECTING_S = 1.0


class NotSeenError(SimulatorError):
    """A message was not seen in time; the text says where."""


class Seen(Protocol):
    """Where a message is looked for."""

    async def ask(self, path: str, **query: str) -> Any | None:  # noqa: ANN401 (any JSON)
        """What a path of the API answers; None while it is not there."""

    def follow(self, url: str) -> AsyncIterator[Any]:
        """The live messages at an address."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Milliseconds from sending a message until API and live messages had it, and how many were
    sent for that: the first ones wake what sleeps."""

    stored_ms: int
    live_ms: int
    sent: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Who sends, and from where."""

    device: str
    site: str


@dataclass(slots=True)
class Missing:
    """What is waited for, for whoever has to look why it does not come."""

    what: str = "the API does not answer negotiate"


async def see_message(
    send: Callable[[], Awaitable[int]], page: Seen, *, device: str, site: str, within_s: float
) -> Passed:
    """Send until one message is seen in both places.

    *send* returns the event time of what it sent, in ms. Raises NotSeenError after *within_s*.
    """
    sent: dict[int, float] = {}
    missing = Missing()
    try:
        async with asyncio.timeout(within_s):
            return await _see(send, page, Subject(device, site), sent, missing)
    except TimeoutError as error:
        raise NotSeenError(
            f"after {within_s:g} s {missing.what} ({len(sent)} messages sent)"
        ) from error


async def _see(
    send: Callable[[], Awaitable[int]],
    page: Seen,
    subject: Subject,
    sent: dict[int, float],
    missing: Missing,
) -> Passed:
    try:
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(_send_often(send, sent))
            url = await _find_live(page, subject.site)
            live = group.create_task(_wait_for_live(page, url, subject.device, sent))
            missing.what = "the API has no reading"
            stored_ms = await _wait_for_reading(page, subject.device, sent)
            missing.what = "no live message came"
            live_ms = await live
            sending.cancel()
    except* (SimulatorError, LinkError) as errors:
        raise errors.exceptions[0] from None
    return Passed(stored_ms, live_ms, len(sent))


async def _send_often(send: Callable[[], Awaitable[int]], sent: dict[int, float]) -> None:
    while True:
        began = time.monotonic()
        sent[await send()] = began
        await asyncio.sleep(SEND_EVERY_S)


async def _find_live(page: Seen, site: str) -> str:
    while True:
        found = await page.ask("negotiate", site=site)
        if found is not None:
            return str(found["url"])
        await asyncio.sleep(CONNECTING_S)


async def _wait_for_live(page: Seen, url: str, device: str, sent: dict[int, float]) -> int:
    async for message in page.follow(url):
        for shown in message.get("devices", []):
            if shown.get("deviceId") == device and shown.get("t") in sent:
                return _since_ms(sent[shown["t"]])
    raise NotSeenError("the live service closed the connection")


async def _wait_for_reading(page: Seen, device: str, sent: dict[int, float]) -> int:
    """Of the newest message, so that one of an earlier trial counts for nothing."""
    while True:
        newest = max(sent, default=None)
        if newest is not None:
            found = await page.ask(
                f"devices/{device}/readings", **{"from": str(newest), "to": str(newest + 1)}
            )
            if found is not None and found["readings"] > 0:
                return _since_ms(sent[newest])
        await asyncio.sleep(ASK_EVERY_S)


def _since_ms(began: float) -> int:
    return round((time.monotonic() - began) * 1_000)
