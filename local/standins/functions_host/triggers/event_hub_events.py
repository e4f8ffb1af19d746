"""Events of Event Hubs and IoT Hub, in the form the worker gets them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.eventhub import EventData
from azure.functions.meta import Datum

from local.standins.functions_host.invocations.invocation import TriggerValue

_JSON_SCALARS = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class PartitionAddress:
    """Which partition events come from, and for whom."""

    namespace: str
    hub: str
    consumer_group: str
    partition: str

    def to_json(self) -> str:
        return json.dumps(
            {
                "FullyQualifiedNamespace": self.namespace,
                "EventHubName": self.hub,
                "ConsumerGroup": self.consumer_group,
                "PartitionId": self.partition,
            }
        )


@dataclass(frozen=True, slots=True)
class TextCollection:
    """A list of texts as the worker's wire format has it."""

    string: Sequence[str]


@dataclass(frozen=True, slots=True)
class BytesCollection:
    """A list of byte strings as the worker's wire format has it."""

    bytes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Event:
    """What the trigger hands over of one event."""

    body: bytes
    system: Mapping[str, Any]
    properties: Mapping[str, Any]

    @classmethod
    def from_received(cls, event: EventData) -> Event:
        system = {_text(key): _plain(value) for key, value in event.system_properties.items()}
        system["EnqueuedTimeUtc"] = _utc_text(event.enqueued_time or datetime.now(UTC))
        system["SequenceNumber"] = event.sequence_number
        system["Offset"] = event.offset
        system["PartitionKey"] = _plain(event.partition_key)
        properties = event.properties or {}
        return cls(
            body=_body(event),
            system=system,
            properties={_text(key): _plain(value) for key, value in properties.items()},
        )

    @classmethod
    def from_text(cls, text: str) -> Event:
        """An event that was typed in by hand instead of received."""
        system = {
            "EnqueuedTimeUtc": _utc_text(datetime.now(UTC)),
            "SequenceNumber": 0,
            "Offset": "0",
            "PartitionKey": None,
        }
        return cls(text.encode(), system, {})


def batch_value(
    events: Sequence[Event], address: PartitionAddress, data_type: str | None
) -> TriggerValue:
    """The value of a function that takes a list of events (cardinality many)."""
    return TriggerValue(
        _bodies([event.body for event in events], data_type),
        {
            "PartitionContext": Datum(address.to_json(), "json"),
            "PropertiesArray": _json(event.properties for event in events),
            "SystemPropertiesArray": _json(event.system for event in events),
            "SequenceNumberArray": _json(event.system["SequenceNumber"] for event in events),
            "EnqueuedTimeUtcArray": _json(event.system["EnqueuedTimeUtc"] for event in events),
            "OffsetArray": _json(event.system["Offset"] for event in events),
            "PartitionKeyArray": _json(event.system["PartitionKey"] for event in events),
        },
    )


def single_value(event: Event, address: PartitionAddress, data_type: str | None) -> TriggerValue:
    """The value of a function that takes one event (cardinality one)."""
    binary = data_type == "BINARY"
    body = Datum(event.body, "bytes") if binary else Datum(_decode(event.body), "string")
    key = event.system["PartitionKey"]
    return TriggerValue(
        body,
        {
            "PartitionContext": Datum(address.to_json(), "json"),
            "Properties": Datum(json.dumps(event.properties), "json"),
            "SystemProperties": Datum(json.dumps(event.system), "json"),
            "SequenceNumber": Datum(event.system["SequenceNumber"], "int"),
            "EnqueuedTimeUtc": Datum(event.system["EnqueuedTimeUtc"], "string"),
            "Offset": Datum(event.system["Offset"], "string"),
            "PartitionKey": Datum(key, None if key is None else "string"),
        },
    )


def _bodies(bodies: Sequence[bytes], data_type: str | None) -> Datum:
    if data_type == "BINARY":
        return Datum(BytesCollection(bodies), "collection_bytes")
    return Datum(TextCollection([_decode(body) for body in bodies]), "collection_string")


def _decode(body: bytes) -> str:
    # As in Azure: without data_type=BINARY a body passes through text, and odd bytes are lost.
    return body.decode("utf-8", errors="replace")


def _body(event: EventData) -> bytes:
    content: Any = event.body  # by AMQP body type: sections of bytes, or any value
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    parts = list(content)
    if all(isinstance(part, bytes) for part in parts):
        return b"".join(parts)
    return json.dumps([_plain(part) for part in parts]).encode()


def _json(values: Iterable[object]) -> Datum:
    return Datum(json.dumps(list(values)), "json")


def _text(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, bytes):
        return _text(value)
    if value is None or isinstance(value, _JSON_SCALARS):
        return value
    if isinstance(value, datetime):
        return _utc_text(value.astimezone(UTC))
    return str(value)


def _utc_text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
