"""What fails in each SDK, told apart: temporary, or refused for ever."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError
from azure.core.exceptions import (
    ClientAuthenticationError,
    IncompleteReadError,
    SerializationError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.cosmos.exceptions import CosmosClientTimeoutError, CosmosHttpResponseError
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient
from azure.storage.blob.aio import BlobServiceClient
from msrest.exceptions import ClientRequestError, HttpOperationError, ValidationError
from requests import ConnectionError as RequestsConnectionError

from tests.contract.ports import connection
from tests.contract.troubled_service import answer_always
from tests.fakes.messages import NOW, envelope
from tests.fakes.records import alert_record
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.marks import CosmosAlertMarks
from tocsin.adapters.failures import tell_apart
from tocsin.adapters.iothub import NotRegisteredError, call_hub
from tocsin.adapters.storage.blob import BlobFiles, blob_client
from tocsin.adapters.storage.leases import BlobLeases
from tocsin.adapters.storage.letters import BlobDeadLetters
from tocsin.adapters.storage.requests_queue import QueueRequests, queue_client
from tocsin.adapters.webpubsub import WebPubSubLive, webpubsub_client
from tocsin.domain.alerts.alert_marks import AlertKey
from tocsin.domain.errors import BusyError, DeliveryError, RefusedError
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.plans.requests import Request


class HubAnswerError(HttpOperationError):
    """What the hub's SDK raises for an answer with *status*."""

    def __init__(self, status: int) -> None:
        Exception.__init__(self)
        self.message = f"status {status}"
        self.response = SimpleNamespace(status_code=status, text="")


def _make(kind: Callable[..., Exception], *arguments: int) -> Exception:
    """Errors of an SDK that has no types."""
    return kind(*arguments)


KEY = base64.b64encode(b"tocsin" * 8).decode()
Send = Callable[[str], Awaitable[None]]  # with a name that goes into the address, or the body


@asynccontextmanager
async def live(address: str) -> AsyncIterator[Send]:
    text = f"Endpoint={address};AccessKey={KEY};Version=1.0;"
    async with webpubsub_client(connection("WebPubSub", text), "tocsin") as client:
        to = WebPubSubLive(client)
        yield lambda name: to.send(name, {"alert": alert_record(5).to_document()})


@asynccontextmanager
async def queue(address: str) -> AsyncIterator[Send]:
    text = (
        f"AccountName=devstoreaccount1;AccountKey={KEY};QueueEndpoint={address}/devstoreaccount1;"
    )
    async with queue_client(connection("AzureWebJobsStorage", text)) as client:
        yield lambda name: QueueRequests(client).put(Request(name, "alert", NOW))


@asynccontextmanager
async def letters(address: str) -> AsyncIterator[Send]:
    text = f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={address}/devstoreaccount1;"
    async with blob_client(connection("BlobStorage", text)) as client:
        box = BlobDeadLetters(client)
        yield lambda name: box.put(
            DeadLetter(replace(envelope(b"x"), partition=name), "not-json", "")
        )


@asynccontextmanager
async def marks(address: str) -> AsyncIterator[Send]:
    text = f"AccountEndpoint={address}/;AccountKey={KEY};"
    client = cosmos_client(connection("CosmosDB", text))
    try:
        to = CosmosAlertMarks(client, "tocsin")
        yield lambda name: to.mark(AlertKey(name, "5-raised"), {"shownAt": NOW})
    finally:
        await client.close()


@asynccontextmanager
async def models(address: str) -> AsyncIterator[Send]:
    text = f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={address}/devstoreaccount1;"

    async def read(name: str) -> None:
        assert await BlobFiles(client).read(f"{name}/active.json") is None

    async with blob_client(connection("BlobStorage", text)) as client:
        yield read


@asynccontextmanager
async def leases(address: str) -> AsyncIterator[Send]:
    text = f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={address}/devstoreaccount1;"

    async def hold(name: str) -> None:
        async with BlobLeases(client).hold(name):
            pass

    async with blob_client(connection("BlobStorage", text)) as client:
        yield hold


STATELESS = {"live": live, "queue": queue, "letters": letters}
# Of these a status says something else: no such file, or somebody else's lease.
ASKED = {"models": models, "leases": leases}


@pytest.mark.parametrize("name", STATELESS)
@pytest.mark.parametrize("trouble", [401, 403, 404, 408, 429, 500, 502, 503, 504, "cut"])
async def test_what_may_pass_is_a_failed_delivery(name: str, trouble: int | str) -> None:
    async with answer_always(trouble) as service, STATELESS[name](service.address) as send:
        with pytest.raises(DeliveryError) as caught:
            await send("north")
        assert type(caught.value) is DeliveryError
        assert service.calls > 0


@pytest.mark.parametrize("name", STATELESS)
@pytest.mark.parametrize("trouble", [400, 405, 409, 413, 414, 415, 422, 431])
async def test_what_never_will_is_refused(name: str, trouble: int) -> None:
    async with answer_always(trouble) as service, STATELESS[name](service.address) as send:
        with pytest.raises(RefusedError, match=r"^(Web PubSub|the queue|a dead letter)"):
            await send("north")
        assert service.calls == 1, "nothing is sent again that is refused"


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("trouble", [401, 403, 408, 429, 500, 503, "cut"])
async def test_a_file_or_a_lease_may_be_had_later(name: str, trouble: int | str) -> None:
    async with answer_always(trouble) as service, ASKED[name](service.address) as ask:
        with pytest.raises(DeliveryError) as caught:
            await ask("north")
        assert type(caught.value) is DeliveryError


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("trouble", [400, 405, 414, 431])
async def test_a_file_or_a_lease_is_refused(name: str, trouble: int) -> None:
    async with answer_always(trouble) as service, ASKED[name](service.address) as ask:
        with pytest.raises(RefusedError, match=r"^the (file|lease) .*north"):
            await ask("north")
        assert service.calls == 1, "nothing is asked again that is refused"


@pytest.mark.parametrize("trouble", [404, 409])
async def test_a_file_that_is_not_there_and_a_lease_of_somebody_else_are_answers(
    trouble: int,
) -> None:
    async with answer_always(trouble) as service:
        if trouble == 404:
            async with models(service.address) as read:
                await read("north")
        else:
            async with leases(service.address) as hold:
                with pytest.raises(BusyError):
                    await hold("north")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        *(
            (_make(HubAnswerError, status), DeliveryError)
            for status in (401, 403, 408, 429, 500, 503)
        ),
        *((_make(HubAnswerError, status), RefusedError) for status in (400, 405, 412, 413)),
        (_make(HubAnswerError, 404), NotRegisteredError),
        (ClientRequestError("no route"), DeliveryError),
        (RequestsConnectionError("no route"), DeliveryError),
        (TimeoutError("read"), DeliveryError),
        (ValidationError("max_length", "id", "1"), RefusedError),
        (ValueError("no such host name"), RefusedError),
    ],
)
def test_what_fails_at_the_hub_is_told_apart(error: Exception, kind: type[Exception]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(DeliveryError, match=r"^IoT Hub ") as caught:
        call_hub(fail)
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", ["live", "letters"])
async def test_a_name_that_is_no_text_is_refused_before_it_is_sent(name: str) -> None:
    async with answer_always(200) as service, STATELESS[name](service.address) as send:
        with pytest.raises(RefusedError, match="UnicodeEncodeError"):
            await send("\ud800")
        assert service.calls == 0


@pytest.mark.parametrize("name", [*STATELESS, "marks"])
async def test_nobody_there_is_a_failed_delivery_soon(name: str) -> None:
    """Left alone, the storage SDK waits a quarter of a minute before it tries again."""
    async with answer_always(200) as service:
        address = service.address
    async with {**STATELESS, "marks": marks}[name](address) as send, asyncio.timeout(10):
        with pytest.raises(DeliveryError) as caught:
            await send("north")
        assert type(caught.value) is DeliveryError


async def test_who_hangs_is_a_failed_delivery_once_the_sdk_gives_up() -> None:
    impatient: dict[str, Any] = {"read_timeout": 0.2, "retry_total": 0}
    async with answer_always("hang") as service:
        text = f"Endpoint={service.address};AccessKey={KEY};Version=1.0;"
        hub = WebPubSubServiceClient.from_connection_string(text, "tocsin", **impatient)
        store = f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={service.address}/a;"
        blobs = BlobServiceClient.from_connection_string(store, **impatient)
        async with hub, blobs, asyncio.timeout(10):
            box = BlobDeadLetters(blobs)
            for failing in (
                WebPubSubLive(hub).send("north", {}),
                box.put(DeadLetter(envelope(b"x"), "not-json", "")),
                box.read("2026-01-01-0-0-0"),
                box.list_day(date(2026, 1, 1), most=9),
                box.mark_replayed("2026-01-01-0-0-0", NOW),
            ):
                with pytest.raises(DeliveryError) as caught:
                    await failing
                assert type(caught.value) is DeliveryError


def test_our_own_errors_say_already_what_they_mean() -> None:
    with pytest.raises(BusyError), tell_apart("a lease was not taken"):
        raise BusyError("someone else is at work")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError("read"), DeliveryError),
        (ConnectionResetError(), DeliveryError),
        (MemoryError(), DeliveryError),
        (ServerDisconnectedError(), DeliveryError),
        (_make(CosmosClientTimeoutError), DeliveryError),
        (ServiceRequestError("no route"), DeliveryError),
        (ServiceResponseError("cut"), DeliveryError),
        (ClientAuthenticationError("no token"), DeliveryError),
        (IncompleteReadError("cut"), DeliveryError),
        *(
            (_make(CosmosHttpResponseError, status), DeliveryError)
            for status in (410, 429, 449, 503)
        ),
        *(
            (_make(CosmosHttpResponseError, status), RefusedError)
            for status in (400, 409, 412, 413)
        ),
        (SerializationError("no JSON"), RefusedError),
        (KeyError("siteId"), RefusedError),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), RefusedError),
        (ValueError("Resource ID cannot end with a space"), RefusedError),
        (TypeError("not serialisable"), RefusedError),
    ],
)
def test_errors_of_any_library_are_told_apart(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(DeliveryError) as caught, tell_apart("it failed"):
        raise error
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"it failed: {type(error).__name__}: ")
    assert len(str(caught.value)) < 400
