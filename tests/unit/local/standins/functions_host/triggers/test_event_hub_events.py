"""Events and queue messages, converted by azure.functions' own converters."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.functions_host.app.converters import converter
from local.standins.functions_host.invocations.invocation import TriggerValue
from local.standins.functions_host.triggers.cosmos import documents_value
from local.standins.functions_host.triggers.event_hub_events import (
    Event,
    PartitionAddress,
    batch_value,
    single_value,
)
from local.standins.functions_host.triggers.queue_message import (
    UndecodableMessageError,
    decode,
    value_of_text,
)

ADDRESS = PartitionAddress("namespace", "hub", "$Default", "2")
SYSTEM = {
    "EnqueuedTimeUtc": "2026-11-22T10:00:00.123000Z",
    "SequenceNumber": 7,
    "Offset": "4096",
    "PartitionKey": "key",
    "iothub-connection-device-id": "pump-1",
    "iothub-enqueuedtime": "2026-11-22T10:00:00Z",
}


def _event(body: bytes = b"body") -> Event:
    return Event(body, SYSTEM, {"siteId": "north"})


def _events(value: TriggerValue) -> list[func.EventHubEvent]:
    found: list[func.EventHubEvent] = converter("eventHubTrigger").decode(
        value.datum, trigger_metadata=value.metadata
    )
    return found


def test_batch_gives_events_with_their_metadata() -> None:
    events = _events(batch_value([_event(), _event(b"more")], ADDRESS, None))
    assert [event.get_body() for event in events] == [b"body", b"more"]
    first = events[0]
    assert first.iothub_metadata == {
        "connection-device-id": "pump-1",
        "enqueuedtime": "2026-11-22T10:00:00Z",
    }
    assert first.sequence_number == 7
    assert int(first.offset or 0) == 4096
    assert first.partition_key == "key"
    assert first.enqueued_time == datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)
    assert first.metadata is not None
    assert first.metadata["PropertiesArray"] == [{"siteId": "north"}] * 2
    assert first.metadata["SequenceNumberArray"] == [7, 7]
    assert first.metadata["PartitionContext"]["PartitionId"] == "2"


@given(st.lists(st.binary(), min_size=1, max_size=5))
def test_binary_bodies_pass_unchanged(bodies: list[bytes]) -> None:
    value = batch_value([_event(body) for body in bodies], ADDRESS, "BINARY")
    assert [event.get_body() for event in _events(value)] == bodies


@given(st.text())
def test_text_bodies_pass_unchanged(text: str) -> None:
    encoded = text.encode("utf-8", errors="replace")
    (event,) = _events(batch_value([_event(encoded)], ADDRESS, None))
    assert event.get_body() == encoded


def test_single_event() -> None:
    value = single_value(_event(), ADDRESS, None)
    event: func.EventHubEvent = converter("eventHubTrigger").decode(
        value.datum, trigger_metadata=value.metadata
    )
    assert event.get_body() == b"body"
    assert (event.sequence_number, event.partition_key) == (7, "key")
    assert (event.iothub_metadata or {})["connection-device-id"] == "pump-1"
    assert event.enqueued_time == datetime(2026, 11, 22, 10, 0, 0, 123000, tzinfo=UTC)


def test_documents() -> None:
    value = documents_value([{"id": "1", "a": [1]}, {"id": "2"}])
    documents: func.DocumentList = converter("cosmosDBTrigger").decode(
        value.datum, trigger_metadata=value.metadata
    )
    assert [document.to_dict() for document in documents] == [{"id": "1", "a": [1]}, {"id": "2"}]


def test_typed_queue_message() -> None:
    value = value_of_text("text")
    message: func.QueueMessage = converter("queueTrigger").decode(
        value.datum, trigger_metadata=value.metadata
    )
    assert message.get_body() == b"text"
    assert message.dequeue_count == 1


@given(st.text(st.characters(codec="utf-8")))
def test_message_content_is_decoded(text: str) -> None:
    assert decode(base64.b64encode(text.encode()).decode(), "base64") == text
    assert decode(text, "none") == text


@pytest.mark.parametrize("content", ["!", "abc", "ä"])
def test_message_that_is_not_base64_is_refused(content: str) -> None:
    with pytest.raises(UndecodableMessageError, match="messageEncoding"):
        decode(content, "base64")
