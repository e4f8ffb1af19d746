"""The Event Hubs endpoint through azure-eventhub: positions, groups, epochs, sending, facts."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
from collections.abc import AsyncIterator

import pytest
from azure.eventhub import EventData, EventHubConsumerClient
from azure.eventhub._pyamqp import ReceiveClient
from azure.eventhub._pyamqp.authentication import SASLPlainAuth
from azure.eventhub._pyamqp.error import AMQPLinkError
from azure.eventhub.aio import EventHubProducerClient
from azure.eventhub.exceptions import EventHubError

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.iothub_clients import EVENT_HUB, consumer, receiving, until

PARTITION = "2"


@contextlib.asynccontextmanager
async def producing(
    endpoints: Endpoints, event_hub: str = EVENT_HUB
) -> AsyncIterator[EventHubProducerClient]:
    producer = EventHubProducerClient.from_connection_string(
        endpoints.eventhub_connection, eventhub_name=event_hub, retry_total=0
    )
    async with producer:
        yield producer


async def send(
    producer: EventHubProducerClient,
    bodies: list[str],
    *,
    partition_id: str | None = None,
    partition_key: str | None = None,
) -> None:
    batch = await producer.create_batch(partition_id=partition_id, partition_key=partition_key)
    for body in bodies:
        batch.add(EventData(body))
    await producer.send_batch(batch)


@pytest.fixture(scope="module")
def ten(endpoints: Endpoints, iothub: Child) -> list[EventData]:
    """Ten events of one partition, sent in two batches a moment apart."""
    return asyncio.run(send_ten(endpoints))


async def send_ten(endpoints: Endpoints) -> list[EventData]:
    async with producing(endpoints) as producer:
        await send(producer, [str(n) for n in range(5)], partition_id=PARTITION)
        await asyncio.sleep(0.05)  # the enqueued times of the batches must differ
        await send(producer, [str(n) for n in range(5, 10)], partition_id=PARTITION)
    async with receiving(endpoints, partition=PARTITION) as reception:
        await until(lambda: len(reception.events) == 10, "the ten")
    return [event for _, event in reception.events]


def enqueued(event: EventData) -> dt.datetime:
    assert event.enqueued_time is not None
    return event.enqueued_time


def test_events_are_numbered_and_stamped(ten: list[EventData]) -> None:
    assert [event.sequence_number for event in ten] == list(range(10))
    offsets = [int(event.offset or "none") for event in ten]
    assert offsets[0] == 0
    assert offsets == sorted(set(offsets))
    times = [enqueued(event) for event in ten]
    assert times == sorted(times)
    assert times[4] < times[5]
    assert abs((dt.datetime.now(dt.UTC) - times[0]).total_seconds()) < 60


async def bodies_from(
    endpoints: Endpoints, start: str | int | dt.datetime, count: int, *, inclusive: bool = False
) -> list[str]:
    async with receiving(
        endpoints,
        group=f"from-{start}-{inclusive}",  # five consumers of one group are the most
        partition=PARTITION,
        start=start,
        inclusive=inclusive,
    ) as reception:
        await until(lambda: len(reception.events) >= count, f"{count} events")
    return reception.bodies()


async def test_positions(endpoints: Endpoints, ten: list[EventData]) -> None:
    offset = str(ten[3].offset)
    second_batch = enqueued(ten[5])
    just_before = second_batch - dt.timedelta(milliseconds=1)
    received = await asyncio.gather(
        bodies_from(endpoints, offset, 6),
        bodies_from(endpoints, offset, 7, inclusive=True),
        bodies_from(endpoints, 3, 6),
        bodies_from(endpoints, 3, 7, inclusive=True),
        bodies_from(endpoints, just_before, 5),
        bodies_from(endpoints, second_batch, 5, inclusive=True),
    )
    firsts = [4, 3, 4, 3, 5, 5]
    assert list(received) == [[str(n) for n in range(first, 10)] for first in firsts]


async def test_latest_gives_only_what_comes_later(
    endpoints: Endpoints, ten: list[EventData]
) -> None:
    late: list[str] = []
    async with producing(endpoints) as producer:
        await send(producer, ["early"], partition_id="3")
        async with receiving(endpoints, partition="3", start="@latest") as reception:
            while not reception.events:  # until the consumer is there, nobody hears
                assert len(late) < 500, "the consumer hears nothing"
                late.append(f"late-{len(late)}")
                await send(producer, late[-1:], partition_id="3")
                await asyncio.sleep(0.02)
    heard = reception.bodies()
    assert heard[0] in late
    assert heard == late[late.index(heard[0]) :][: len(heard)]


async def test_groups_read_independently_and_at_their_own_pace(
    endpoints: Endpoints, ten: list[EventData]
) -> None:
    async with (
        receiving(endpoints, partition=PARTITION) as one,
        receiving(endpoints, partition=PARTITION, group="another", prefetch=1) as other,
    ):
        await until(lambda: len(one.events) == len(other.events) == 10, "both groups")
    assert one.bodies() == other.bodies() == [str(n) for n in range(10)]


async def test_a_higher_epoch_takes_over_and_a_lower_is_refused(
    endpoints: Endpoints, ten: list[EventData]
) -> None:
    reading = functools.partial(receiving, endpoints, group="epochs", partition=PARTITION)
    async with reading(epoch=1) as first:
        await until(lambda: len(first.events) == 10, "the first consumer")
        async with reading(epoch=2) as second:
            await until(lambda: len(second.events) == 10, "the second consumer")
            await until(lambda: bool(first.errors), "the first to be told")
            async with reading(epoch=1) as lower, reading() as without:
                await until(lambda: bool(lower.errors and without.errors), "the refusals")
            assert not lower.events
            assert not without.events
            assert not second.errors
    for evicted in (first, lower, without):
        assert "amqp:link:stolen" in str(evicted.errors[0])
        assert "epoch 2" in str(evicted.errors[0])
    async with reading() as afterwards:
        await until(lambda: len(afterwards.events) == 10, "a consumer after the epochs have left")


LARGE = "x" * 200_000  # more than one AMQP frame


@pytest.fixture(scope="module")
def mixed(endpoints: Endpoints, iothub: Child) -> list[tuple[str, EventData]]:
    """Events sent alone, with a key, without one, and in a large batch; with their partitions."""
    return asyncio.run(send_mixed(endpoints))


async def send_mixed(endpoints: Endpoints) -> list[tuple[str, EventData]]:
    event = EventData(b"\x00\x7f")
    event.properties = {"text": "ü", "number": 7, "yes": True}
    event.content_type = "application/octet-stream"
    event.message_id = "m-1"
    async with producing(endpoints) as producer:
        await producer.send_event(event, partition_key="one")
        await producer.send_batch([EventData(str(n)) for n in range(3)], partition_key="one")
        await send(producer, [LARGE] * 4, partition_key="large")
        for n in range(8):
            await send(producer, [f"spread-{n}"])
    async with receiving(endpoints) as reception:
        await until(lambda: len(keyed(reception.events, b"large")) == 4, "the large events")
        await until(lambda: len(spread(reception.events)) == 8, "the events without a key")
    return reception.events


def keyed(events: list[tuple[str, EventData]], key: bytes) -> list[tuple[str, EventData]]:
    return [(partition, event) for partition, event in events if event.partition_key == key]


def spread(events: list[tuple[str, EventData]]) -> list[tuple[str, EventData]]:
    return [one for one in events if one[1].body_as_str().startswith("spread-")]


def test_events_keep_what_their_sender_gave_them(mixed: list[tuple[str, EventData]]) -> None:
    received = keyed(mixed, b"one")[0][1]
    assert received.body_as_str() == "\x00\x7f"
    assert received.properties == {b"text": "ü".encode(), b"number": 7, b"yes": True}
    assert received.content_type == "application/octet-stream"
    assert received.message_id == "m-1"


def test_events_of_a_key_stay_together_and_in_order(mixed: list[tuple[str, EventData]]) -> None:
    events = keyed(mixed, b"one")
    assert len({partition for partition, _ in events}) == 1
    assert [event.body_as_str() for _, event in events[1:]] == ["0", "1", "2"]


def test_events_without_a_key_go_to_all_partitions(mixed: list[tuple[str, EventData]]) -> None:
    assert {partition for partition, _ in spread(mixed)} == {"0", "1", "2", "3"}


def test_large_batches(mixed: list[tuple[str, EventData]]) -> None:
    assert [event.body_as_str() for _, event in keyed(mixed, b"large")] == [LARGE] * 4


async def test_facts_of_the_hub_and_its_partitions(
    endpoints: Endpoints, ten: list[EventData]
) -> None:
    async with consumer(endpoints) as client:
        hub = await client.get_eventhub_properties()
        partition = await client.get_partition_properties(PARTITION)
    assert hub["eventhub_name"] == EVENT_HUB
    assert hub["partition_ids"] == ["0", "1", "2", "3"]
    assert partition["id"] == PARTITION
    assert partition["last_enqueued_sequence_number"] >= 9
    assert int(partition["last_enqueued_offset"]) >= int(ten[9].offset or "none")
    assert partition["last_enqueued_time_utc"] >= enqueued(ten[9])
    assert partition["is_empty"] is False


async def test_what_is_not_there_or_not_supported(endpoints: Endpoints, iothub: Child) -> None:
    async with producing(endpoints, "no-such-hub") as producer:
        with pytest.raises(EventHubError, match="404"):
            await producer.get_eventhub_properties()
    async with receiving(endpoints, partition="0", start="1' OR 'x") as reception:
        await until(lambda: bool(reception.errors), "the refusal")
    assert "does not support: the filter" in str(reception.errors[0])


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("no-such-hub/ConsumerGroups/$Default/Partitions/0", "'no-such-hub' could not be found"),
        (f"{EVENT_HUB}/ConsumerGroups/$Default/Partitions/9", "There is no partition '9'"),
    ],
)
def test_links_to_what_is_not_there(
    endpoints: Endpoints, iothub: Child, path: str, refusal: str
) -> None:
    """The client checks names before it opens a link, so the link is opened below it."""
    host = f"{endpoints.host}:{endpoints.amqp}"
    client = ReceiveClient(  # type: ignore[no-untyped-call]  # the SDK's own AMQP has no types
        host, f"amqps://{host}/{path}", auth=SASLPlainAuth("any", "any"), use_tls=False
    )
    with pytest.raises(AMQPLinkError, match=refusal), client:
        client.receive_message_batch(timeout=10)


def test_the_blocking_client(endpoints: Endpoints, ten: list[EventData]) -> None:
    client = EventHubConsumerClient.from_connection_string(
        endpoints.eventhub_connection, "blocking", eventhub_name=EVENT_HUB
    )
    heard: list[str] = []

    def on_event(_context: object, event: EventData | None) -> None:
        if event is not None:
            heard.append(event.body_as_str())
        if len(heard) == 10:
            client.close()

    client.receive(on_event, partition_id=PARTITION, starting_position="-1", max_wait_time=5)
    assert heard == [str(n) for n in range(10)]
