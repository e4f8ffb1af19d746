"""A device's connection through azure-iot-device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.device.exceptions import (
    ClientError,
    CredentialError,
    OperationCancelled,
    OperationTimeout,
    ServiceError,
)

from device_sim.hub.addresses import Hub
from device_sim.hub.link import LinkError, RefusedError
from device_sim.hub.message import Outgoing

SEND_TIMEOUT_S = 10.0
TWIN_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 20.0
CLOSE_TIMEOUT_S = 5.0
KEEP_ALIVE_S = 30
# So many messages in a row without an answer, and the SDK's client is taken for dead.
MOST_UNANSWERED = 3

Answer = TypeVar("Answer")


def silence_sdk() -> None:
    """Keep the SDK's log quiet: what fails reaches us as an error and is counted; the log would
    repeat it a hundred times while the hub is away."""
    logging.getLogger("azure.iot.device").setLevel(logging.CRITICAL)


class UnansweredError(LinkError):
    """Neither taken nor refused in time."""


def make_client(hub: Hub, device: str, key: str) -> IoTHubDeviceClient:
    """A client of the SDK with its own reconnecting off: it would keep a cut-off message to itself
    until its timer, while here it fails at once, waits in the outbox and goes out with the next
    connection. Sending and asking for the twin connect again by themselves."""
    client = IoTHubDeviceClient.create_from_symmetric_key(
        symmetric_key=key,
        hostname=hub.device_host,
        device_id=device,
        server_verification_cert=hub.ca_certificate,
        connection_retry=False,
        keep_alive=KEEP_ALIVE_S,
    )
    # Every failure reaches us through the call that meets it; the SDK would print it as well.
    client.on_background_exception = _ignore_background
    return client


class HubLink:
    """A connection through azure-iot-device.

    A client whose network thread has died (paho-mqtt lets some TLS errors end it) takes messages
    for ever and answers none, so one that leaves several in a row unanswered is replaced.
    """

    def __init__(
        self, make: Callable[[], IoTHubDeviceClient], *, send_timeout_s: float = SEND_TIMEOUT_S
    ) -> None:
        self._make = make
        self._client = make()
        self._send_timeout_s = send_timeout_s
        self._unanswered = 0
        self._on_connection: Callable[[], None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        await _await_answer(CONNECT_TIMEOUT_S, self._client.connect())

    async def send(self, message: Outgoing) -> None:
        wire = Message(  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
            message.body,
            message_id=message.message_id,
            content_encoding="utf-8",
            content_type="application/json",
        )
        wire.custom_properties["iothub-creation-time-utc"] = message.created_utc
        if message.trace is not None:
            wire.custom_properties["traceparent"] = message.trace
        try:
            await _await_answer(self._send_timeout_s, self._client.send_message(wire))
        except UnansweredError:
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED:
                self._replace_client()
            raise
        self._unanswered = 0

    async def listen(
        self,
        on_desired: Callable[[Mapping[str, Any]], None],
        on_connection: Callable[[], None],
    ) -> None:
        loop = asyncio.get_running_loop()

        # The SDK runs plain functions in several threads, in any order; coroutines one by one.
        async def pass_desired(patch: Mapping[str, Any]) -> None:
            loop.call_soon_threadsafe(on_desired, patch)

        async def pass_connection() -> None:
            loop.call_soon_threadsafe(on_connection)

        # The SDK says it calls this with None, and calls it with nothing.
        self._on_connection = on_connection
        self._client.on_connection_state_change = pass_connection  # type: ignore[assignment]

        def subscribe() -> None:
            self._client.on_twin_desired_properties_patch_received = pass_desired

        # Setting this handler subscribes, and blocks until the hub has answered.
        await _await_answer(TWIN_TIMEOUT_S, _run_aside(subscribe))

    async def twin(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await _await_answer(TWIN_TIMEOUT_S, self._client.get_twin())
        return found

    async def report(self, properties: Mapping[str, Any]) -> None:
        patching = self._client.patch_twin_reported_properties(dict(properties))
        await _await_answer(TWIN_TIMEOUT_S, patching)

    async def close(self) -> None:
        await _shut_down(self._client)

    def _replace_client(self) -> None:
        """The next call goes through a new client; whoever listens is told to listen again."""
        closing = asyncio.create_task(_shut_down(self._client))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self._client = self._make()
        self._unanswered = 0
        if self._on_connection is not None:
            self._on_connection()


def make_links(hub: Hub, keys: Mapping[str, str]) -> dict[str, HubLink]:
    """A link for each device of *keys* (base64 by device)."""
    return {device: HubLink(partial(make_client, hub, device, key)) for device, key in keys.items()}


async def _shut_down(client: IoTHubDeviceClient) -> None:
    try:
        await wait_within(CLOSE_TIMEOUT_S, client.shutdown())
    except (ClientError, OperationCancelled, OperationTimeout, TimeoutError):
        return


async def _run_aside(work: Callable[[], None]) -> None:
    """Do blocking *work* in a thread that does not delay the program's end, unlike to_thread's."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def run_work() -> None:
        found: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised where it is awaited
            found = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: no one waits for the answer
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=run_work, daemon=True).start()
    await done


async def _await_answer(seconds: float, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do *work* of the SDK in time. Raises LinkError or RefusedError."""
    try:
        return await wait_within(seconds, work)
    except CredentialError as error:
        raise RefusedError(str(error)) from error
    except (OperationTimeout, TimeoutError) as error:
        raise UnansweredError(str(error) or "no answer in time") from error
    except (ClientError, ServiceError, OperationCancelled) as error:
        raise LinkError(str(error) or "the call was dropped") from error


async def wait_within(seconds: float, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do *work*, or raise TimeoutError after *seconds* and leave it to itself.

    It is not cancelled: the SDK answers a call from its own thread even when nobody waits any
    more, and answering a cancelled one is an error on the event loop.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_retrieve)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        raise TimeoutError
    return await task


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Look at the outcome, so that one nobody waits for is not reported as forgotten."""
    if not task.cancelled():
        task.exception()


def _ignore_background(_error: Exception) -> None:
    return
