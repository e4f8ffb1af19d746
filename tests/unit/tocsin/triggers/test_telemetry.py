from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from azure.functions.eventhub import EventHubTriggerConverter
from azure.functions.meta import Datum

from tests.fakes.messages import NOW, stream
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.domain.insights.metering import FAILED_BATCHES, MESSAGES, Labels
from tocsin.triggers.telemetry import parse_envelopes

ENQUEUED = "2026-11-22T17:21:14.1900000Z"  # as the host writes it: seven digits
ENQUEUED_MS = 1_795_368_074_190


def batch(
    bodies: Sequence[bytes],
    *,
    device_ids: Sequence[str | None],
    properties: Sequence[Mapping[str, Any]] | None = None,
    system: Mapping[str, Any] | None = None,
) -> list[func.EventHubEvent]:
    """Events as the worker builds them: bodies in one datum, all else in the trigger metadata."""
    system_properties = [
        {
            "EnqueuedTimeUtc": ENQUEUED,
            "SequenceNumber": 100 + index,
            "Offset": str(4_096 * index),
            **({} if device_id is None else {"iothub-connection-device-id": device_id}),
            **(system or {}),
        }
        for index, device_id in enumerate(device_ids)
    ]
    metadata: dict[str, Datum] = {
        "SystemPropertiesArray": Datum(json.dumps(system_properties), "json"),
        "PartitionContext": Datum(
            json.dumps({"PartitionId": "3", "ConsumerGroup": "$Default"}), "json"
        ),
    }
    if properties is not None:
        metadata["PropertiesArray"] = Datum(json.dumps(properties), "json")
    data = Datum(SimpleNamespace(bytes=list(bodies)), "collection_bytes")
    events = EventHubTriggerConverter.decode(data, trigger_metadata=metadata)
    assert isinstance(events, list)
    return events


def test_an_event_carries_what_the_hub_says_of_it() -> None:
    found = parse_envelopes(
        batch(
            [b"{}", b"\xff"],
            device_ids=["rig-1", "rig-2"],
            properties=[{"siteId": "north", "count": 3}, {}],
        )
    )
    assert [(envelope.device_id, envelope.site_id, envelope.body) for envelope in found] == [
        ("rig-1", "north", b"{}"),
        ("rig-2", "unassigned", b"\xff"),
    ]
    assert [envelope.sequence_number for envelope in found] == [100, 101]
    assert [envelope.enqueued_at for envelope in found] == [ENQUEUED_MS] * 2
    assert {envelope.partition for envelope in found} == {"3"}
    assert found[0].properties == {"siteId": "north", "count": "3"}


def test_what_the_hub_leaves_out_has_defaults() -> None:
    (found,) = parse_envelopes(batch([b"{}"], device_ids=[None], system={"EnqueuedTimeUtc": ""}))
    assert (found.device_id, found.site_id, found.enqueued_at) == ("", "unassigned", 0)
    assert parse_envelopes([]) == []
    (bare,) = parse_envelopes([func.EventHubEvent(body=b"{}")])
    assert (bare.partition, bare.sequence_number) == ("unknown", 0)


@pytest.mark.parametrize(
    "stamped",
    ["$twin.tags.siteId", "", None, 7, " north", "a\tb", "x" * 60_000, "\u202egnp"],
)
def test_a_device_without_a_site_belongs_to_none(stamped: str | None) -> None:
    (found,) = parse_envelopes(
        batch([b"{}"], device_ids=["rig-1"], properties=[{"siteId": stamped}])
    )
    assert found.site_id == "unassigned"


async def test_score_telemetry_stores_a_batch_and_keeps_what_it_cannot_use() -> None:
    plant = Plant()
    sent = [envelope.body for envelope in stream([4, 4])]
    events = batch(
        [sent[0], b"\xfe no JSON", sent[1], sent[1]],
        device_ids=["rig-1", "rig-1", "rig-1", None],
        properties=[{"siteId": "north"}] * 4,
    )

    await functions_of(plant.services())["score_telemetry"](events)

    assert [message["seq"] for message in plant.store.all("readings")] == [0, 1]
    assert {message["siteId"] for message in plant.store.all("readings")} == {"north"}
    letters = {letter["reason"]: letter for letter in plant.dead_letters.files.values()}
    assert set(letters) == {"not-json", "no-device-id"}
    assert letters["not-json"]["sequenceNumber"] == 101
    assert letters["not-json"]["partition"] == "3"
    assert base64.b64decode(letters["not-json"]["body"]) == b"\xfe no JSON"
    await plant.live_beside.settle()
    assert plant.live.sent[0][0] == "north"


@pytest.mark.parametrize(("body", "lines"), [(None, 0), (b"[]", 1)])
async def test_a_batch_is_logged_only_where_something_happened(
    caplog: pytest.LogCaptureFixture, body: bytes | None, lines: int
) -> None:
    plant = Plant()
    bodies = [envelope.body for envelope in stream([4] * 8)]
    events = batch(
        [*bodies, *([] if body is None else [body])],
        device_ids=["rig-1"] * (len(bodies) + (body is not None)),
        properties=[{"siteId": "north"}] * (len(bodies) + (body is not None)),
    )
    with caplog.at_level(logging.INFO, logger="tocsin.triggers"):
        await functions_of(plant.services())["score_telemetry"](events)
    said = [record for record in caplog.records if "Batch scored" in record.getMessage()]
    assert len(said) == lines
    told = sum(len(record.getMessage()) for record in caplog.records)
    assert told <= 100 * len(events)


async def test_score_telemetry_fails_when_the_database_stays_away() -> None:
    plant = Plant()
    plant.store.away = True
    events = batch([stream([4])[0].body], device_ids=["rig-1"], properties=[{}])
    with pytest.raises(OSError, match="away"):
        await functions_of(plant.services())["score_telemetry"](events)


def test_the_clock_of_the_fakes_is_the_one_of_the_messages() -> None:
    assert Plant().services().now_ms() == NOW


async def test_a_batch_that_breaks_off_counts_each_time_and_is_measured_once() -> None:
    plant = Plant()
    messages = stream([8])
    events = batch(
        [each.body for each in messages],
        device_ids=["rig-1"],
        properties=[{"siteId": "north"}],
    )
    score = functions_of(plant.services())["score_telemetry"]
    plant.store.away = True
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            await score(events)
    assert plant.meter.add_up(FAILED_BATCHES) == {Labels(outcome="OSError"): 2}
    assert plant.meter.add_up(MESSAGES) == {}
    plant.store.away = False
    await score(events)
    assert plant.meter.add_up(FAILED_BATCHES) == {Labels(outcome="OSError"): 2}
    assert plant.meter.add_up(MESSAGES) == {Labels("north", "rig", outcome="on_time"): 1}
