"""Cosmos DB: readings, device states, alerts, drifts, operators' thresholds and the audit."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tocsin.adapters.cosmos.alerts import find_alert_changes, find_alerts, list_alerts
from tocsin.adapters.cosmos.arrivals import list_arrivals
from tocsin.adapters.cosmos.client import (
    query_parameters,
    read_document,
    read_sound,
    without_system_fields,
)
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.history import find_history, find_stored, name_epoch
from tocsin.adapters.cosmos.packed_writes import add_packed, save_packed
from tocsin.adapters.cosmos.quiet import find_heard, list_quiet
from tocsin.adapters.cosmos.readings import (
    PACKED_COLUMNS,
    find_messages,
    query_messages,
    read_without,
)
from tocsin.adapters.cosmos.writes import CosmosWrites, Part
from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition
from tocsin.domain.alerts.alert_marks import write_owed
from tocsin.domain.alerts.silence import QuietPage
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.device_threshold import DeviceThreshold, threshold_document_id
from tocsin.domain.devices.newest_message import NewestMessage, read_newest
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import ChangedMeanwhileError, InvalidRequestError, RefusedError
from tocsin.domain.incidents.late import Arrival
from tocsin.domain.messages.decode import can_be_kept
from tocsin.domain.models.drift import drift_document_id
from tocsin.domain.models.drift_record import DriftRecord
from tocsin.domain.profile import Profile
from tocsin.domain.sites import list_sites
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Refusal

# Of messages that were on time: late ones say nothing of how their device stands.
_NEWER = (
    "SELECT TOP 1 * FROM c WHERE c.deviceId = @device AND c.firstT > @after AND {epoch} "
    "AND (IS_DEFINED(c.standing) OR IS_DEFINED(c.packed) AND NOT IS_DEFINED(c.late)) "
    "ORDER BY c.firstT DESC"
)
_BEFORE = _NEWER.replace("c.firstT > @after", "c.firstT < @before")
_SHOWN = (
    f"{PACKED_COLUMNS}, c.t, c.channels, c.score, c.threshold, c.anomalous, c.late, c.notScored"
)
_SCORED = f"{PACKED_COLUMNS}, c.t, c.score, c.modelVersion"

_FIRST = (
    f"SELECT TOP @count {PACKED_COLUMNS}, c.t, c.channels, c.score, c.modelVersion FROM c "  # noqa: S608 (constants)
    "WHERE c.deviceId = @device AND c.profile = @profile "
    "AND c.firstT >= @from AND c.firstT < @to ORDER BY c.firstT"
)


class CosmosStore:
    """The ports Telemetry, Fleet, Drifts and Feedback over one database.

    ``packs``: whether the columns of messages are packed as they are written. Both forms are read.
    """

    def __init__(self, client: CosmosClient, database: str, *, packs: bool = False) -> None:
        self._readings = Container(client, database, "readings")
        self._devices = Container(client, database, "devices")
        self._alerts = Container(client, database, "alerts")
        self._settings = Container(client, database, "settings")
        self._audit = Container(client, database, "audit")
        self._writes = CosmosWrites()
        self._packs = packs

    async def device(self, device_id: str) -> DeviceRecord | None:
        if not can_be_kept(device_id):
            # In the address of a document it would lead to another one.
            return None
        try:
            found = await self._devices.read_item(device_id, partition_key=device_id)
        except CosmosResourceNotFoundError:
            return None
        return DeviceRecord.from_document(without_system_fields(found), etag=str(found["_etag"]))

    async def find_newer(self, record: DeviceRecord) -> NewestMessage | None:
        epoch = record.clock.epoch.since
        return await self._find_decided(_NEWER, record, epoch=epoch, after=record.last_t)

    async def find_before(
        self, record: DeviceRecord, *, before_t: int, epoch: int = 0
    ) -> NewestMessage | None:
        return await self._find_decided(_BEFORE, record, epoch=epoch, before=before_t)

    async def _find_decided(
        self, query: str, record: DeviceRecord, *, epoch: int, **values: int
    ) -> NewestMessage | None:
        found = self._readings.query_items(
            query.format(epoch=name_epoch(epoch)),
            parameters=query_parameters(device=record.device_id, epoch=epoch, **values),
            partition_key=record.device_id,
        )
        read = partial(read_newest, before=record)
        newest = [read_sound(read, document) async for document in found]
        return newest[0] if newest else None

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int, epoch: int = 0
    ) -> History:
        return await find_history(
            self._readings, device_id, profile, before_t=before_t, count=count, epoch=epoch
        )

    async def stored(
        self, device_id: str, profile: Profile, *, from_t: int, to_t: int
    ) -> list[History]:
        return await find_stored(self._readings, device_id, profile, from_t=from_t, to_t=to_t)

    async def save_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        return await self._writes.upsert(
            self._alerts, [partial(write_owed, alert) for alert in alerts]
        )

    async def save_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        if self._packs:
            return await save_packed(self._writes, self._readings, messages)
        return await self._writes.upsert_in_order(self._readings, map(_part_of_device, messages))

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        if self._packs:
            return await add_packed(self._writes, self._readings, messages)
        documents = [message.to_document for message in messages]
        return await self._writes.create(self._readings, documents)

    async def save_devices(
        self, devices: Sequence[DeviceRecord]
    ) -> list[str | RefusedError | ChangedMeanwhileError]:
        return await self._writes.replace(self._devices, devices)

    async def devices(self, site_id: str | None) -> list[DeviceRecord]:
        where = "" if site_id is None else " WHERE c.siteId = @site"
        found = self._devices.query_items(
            f"SELECT * FROM c{where}",  # noqa: S608 (a constant; values go in as parameters)
            parameters=[] if site_id is None else query_parameters(site=site_id),
        )
        devices = [read_sound(DeviceRecord.from_document, document) async for document in found]
        sound = [device for device in devices if device is not None]
        return sorted(sound, key=lambda device: device.device_id)

    async def list_quiet(self, *, heard_before_ms: int, after: str, most: int) -> QuietPage:
        return await list_quiet(self._devices, heard_before_ms, after, most)

    async def find_heard(self, device_ids: Sequence[str], *, since_ms: int) -> list[DeviceRecord]:
        return await find_heard(self._devices, device_ids, since_ms)

    async def sites(self) -> list[str]:
        found = self._devices.query_items("SELECT DISTINCT VALUE c.siteId FROM c")
        return list_sites([site async for site in found])

    async def readings(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        # A message has one reading at least.
        found = find_messages(
            self._readings, _SHOWN, device_id, from_t=from_t, to_t=to_t, most=most + 1
        )
        messages: list[StoredMessage] = []
        readings = 0
        async for message in found:
            messages.append(message)
            readings += len(message.t)
            if readings > most:
                raise InvalidRequestError(
                    f"the range holds more than {most} readings; ask for a shorter range"
                )
        return messages

    async def first_messages(
        self, device_id: str, profile: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        values: dict[str, Any] = {"profile": profile, "count": most, "from": from_t, "to": to_t}
        found = query_messages(
            self._readings, _FIRST, device_id, read=read_without("anomalous"), **values
        )
        return [message async for message in found]

    async def save_drift(self, record: DriftRecord) -> None:
        await self._settings.upsert_item(record.to_document())

    async def drift(self, profile: str) -> DriftRecord | None:
        document = await _by_id(self._settings, drift_document_id(profile))
        return None if document is None else read_sound(DriftRecord.from_document, document)

    async def alerts(
        self, site_id: str | None, device_id: str | None, *, before: AlertPosition | None, most: int
    ) -> AlertPage:
        return await list_alerts(self._alerts, site_id, device_id, before=before, most=most)

    async def alert_changes(self, alert_ids: Sequence[str]) -> list[Alert]:
        return await find_alert_changes(self._alerts, alert_ids)

    async def past_alerts(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Alert]:
        return await find_alerts(self._alerts, device_id, from_t=from_t, to_t=to_t, most=most)

    async def scores(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        found = find_messages(
            self._readings, _SCORED, device_id, from_t=from_t, to_t=to_t, most=most,
            read=read_without("channels", "anomalous"),
        )  # fmt: skip
        return [message async for message in found]

    async def arrivals(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Arrival]:
        return await list_arrivals(self._readings, device_id, from_t=from_t, to_t=to_t, most=most)

    async def device_threshold(self, device_id: str) -> DeviceThreshold | None:
        document = await _by_id(self._settings, threshold_document_id(device_id))
        return None if document is None else read_sound(DeviceThreshold.from_document, document)

    async def device_thresholds(self) -> list[DeviceThreshold]:
        found = self._settings.query_items("SELECT * FROM c WHERE c.type = 'threshold'")
        thresholds = [
            read_sound(DeviceThreshold.from_document, document) async for document in found
        ]
        return [threshold for threshold in thresholds if threshold is not None]

    async def save_device_threshold(self, threshold: DeviceThreshold) -> None:
        await self._settings.upsert_item(threshold.to_document())

    async def delete_device_threshold(self, device_id: str) -> None:
        document_id = threshold_document_id(device_id)
        with contextlib.suppress(CosmosResourceNotFoundError):
            await self._settings.delete_item(document_id, partition_key=document_id)

    async def save_audit(self, document: Document) -> None:
        await self._audit.upsert_item(dict(document))

    async def ping(self) -> None:
        found = self._devices.query_items("SELECT TOP 1 c.id FROM c")
        async for _ in found:
            return


def _part_of_device(message: DecidedMessage) -> Part:
    sent = message.scored.message
    return Part(sent.device_id, len(sent.envelope.body), message.to_document)


async def _by_id(container: Container, document_id: str) -> Document | None:
    """A document of a container whose partition key is the id."""
    return await read_document(container, document_id, partition_key=document_id)
