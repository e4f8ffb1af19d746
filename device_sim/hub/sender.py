"""Connecting with patience, and the loop that empties a device's outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from device_sim.clock import now_ms
from device_sim.hub.link import Link, LinkError, RefusedError
from device_sim.hub.message import Outgoing
from device_sim.hub.outbox import Outbox

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0


async def connect_patiently(link: Link, *, within_s: float) -> None:
    """Connect, trying again with growing pauses for at most *within_s*.

    Raises the last LinkError; a RefusedError at once, since waiting does not mend a key.
    """
    deadline = time.monotonic() + within_s
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            await link.connect()
        except RefusedError:
            raise
        except LinkError:
            if time.monotonic() + pause_s > deadline:
                raise
        else:
            return
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def deliver(
    link: Link,
    outbox: Outbox,
    *,
    on_acknowledged: Callable[[Outgoing, int], None],
    on_failed_attempt: Callable[[Outgoing, LinkError], None],
) -> None:
    """Send the outbox's messages one after the other, each until acknowledged. Never returns.

    ``on_acknowledged`` gets the message and the time of its acknowledgement in ms.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        message = await outbox.wait_for_first()
        if message.sent_at is None:
            message.sent_at = now_ms()
        try:
            await link.send(message)
        except LinkError as error:
            on_failed_attempt(message, error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            continue
        pause_s = FIRST_PAUSE_S
        on_acknowledged(outbox.acknowledge(), now_ms())
