"""One device's connection to the hub, and the loop that empties its outbox."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.device.exceptions import (
    ClientError,
    CredentialError,
    OperationCancelled,
    OperationTimeout,
)

from device_sim.addresses import Hub
from device_sim.message import Outgoing
from device_sim.store import Outbox

SEND_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 20.0
CLOSE_TIMEOUT_S = 5.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
KEEP_ALIVE_S = 30


class LinkError(Exception):
    """The hub did not take the message or the connection; trying again may help."""


class RefusedError(LinkError):
    """The hub refused the device's credentials."""


class Link(Protocol):
    """A device's connection."""

    async def connect(self) -> None:
        """Raises LinkError, or RefusedError for bad credentials."""

    async def send(self, message: Outgoing) -> None:
        """Return when the hub has acknowledged. Raises LinkError."""

    async def close(self) -> None:
        """Disconnect; never raises for a connection that is already gone."""


def silence_sdk() -> None:
    """Keep the SDK's log quiet: what fails reaches us as an error and is counted; the log would
    repeat it a hundred times while the hub is away."""
    logging.getLogger("azure.iot.device").setLevel(logging.CRITICAL)


class HubLink:
    """A connection through azure-iot-device.

    The SDK's own reconnecting is off: it would keep a cut-off message to itself until its timer,
    while here it fails at once, waits in the outbox and goes out with the next connection.
    """

    def __init__(self, hub: Hub, device: str, key: str) -> None:
        self._client = IoTHubDeviceClient.create_from_symmetric_key(
            symmetric_key=key,
            hostname=hub.device_host,
            device_id=device,
            server_verification_cert=hub.ca_certificate,
            connection_retry=False,
            keep_alive=KEEP_ALIVE_S,
        )
        # Every failure reaches us through the call that meets it; the SDK would print it as well.
        self._client.on_background_exception = _ignore_background

    async def connect(self) -> None:
        try:
            await within(CONNECT_TIMEOUT_S, self._client.connect())
        except CredentialError as error:
            raise RefusedError(str(error)) from error
        except (ClientError, OperationCancelled, OperationTimeout, TimeoutError) as error:
            raise LinkError(str(error) or "no answer in time") from error

    async def send(self, message: Outgoing) -> None:
        wire = Message(  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            message.body,
            message_id=message.message_id,
            content_encoding="utf-8",
            content_type="application/json",
        )
        wire.custom_properties["iothub-creation-time-utc"] = message.created_utc
        try:
            await within(SEND_TIMEOUT_S, self._client.send_message(wire))
        except CredentialError as error:
            raise RefusedError(str(error)) from error
        except (ClientError, OperationCancelled, OperationTimeout, TimeoutError) as error:
            raise LinkError(str(error) or "no answer in time") from error

    async def close(self) -> None:
        try:
            await within(CLOSE_TIMEOUT_S, self._client.shutdown())
        except (ClientError, OperationCancelled, OperationTimeout, TimeoutError):
            return


async def within(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """Do *work*, or raise TimeoutError after *seconds* and leave it to itself.

    It is not cancelled: the SDK answers a call from its own thread even when nobody waits any
    more, and answering a cancelled one is an error on the event loop.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_retrieve)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        raise TimeoutError
    await task


def _retrieve(task: asyncio.Future[None]) -> None:
    """Look at the outcome, so that one nobody waits for is not reported as forgotten."""
    if not task.cancelled():
        task.exception()


def _ignore_background(_error: Exception) -> None:
    return


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
        message = await outbox.first()
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


def now_ms() -> int:
    return time.time_ns() // 1_000_000
