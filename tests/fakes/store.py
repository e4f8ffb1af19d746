"""A database in memory: the ports Telemetry, Fleet, Drifts and Feedback."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import orjson

from tests.fakes.documents import CrashError, find_key
from tests.fakes.stored_alerts import FakeAlerts
from tests.fakes.stored_feedback import FakeFeedback
from tocsin.domain.alerts.silence import QuietPage
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.devices.newest_message import NewestMessage, read_newest
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import (
    ChangedMeanwhileError,
    DamagedDocumentError,
    InvalidRequestError,
    RefusedError,
)
from tocsin.domain.incidents.late import Arrival
from tocsin.domain.profile import Profile
from tocsin.domain.sites import list_sites
from tocsin.domain.windows.known import layer_readings
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Refusal

_SAMPLED = ("t", "channels", "score", "modelVersion")
_SCORED = ("t", "score", "modelVersion")
_SHOWN = ("t", "channels", "score", "threshold", "anomalous", "late", "notScored")


class FakeStore(FakeAlerts, FakeFeedback):
    """Messages and devices besides.

    ``unreadable``: devices whose record is never given. ``meanwhile``: done before the next record
    is saved, as another process would. ``given``: how many devices were handed out to whoever
    looks for silent ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self.unreadable: set[str] = set()
        self.meanwhile: list[Callable[[], Awaitable[object]]] = []

    async def device(self, device_id: str) -> DeviceRecord | None:
        self.note_read()
        if device_id in self.unreadable:
            raise RefusedError(f"nobody is told of {device_id}")
        text = self.containers["devices"].get((device_id, device_id))
        if text is None:
            return None
        return DeviceRecord.from_document(json.loads(text), etag=self.etags.get(device_id))

    async def find_newer(self, record: DeviceRecord) -> NewestMessage | None:
        self.note_read()
        newer = [
            document
            for document in self._of_device(record.device_id)
            if "standing" in document and document["firstT"] > record.last_t
            if document.get("epoch", 0) == record.clock.epoch.since
        ]
        newest = max(newer, key=lambda document: int(document["firstT"]), default=None)
        return None if newest is None else read_newest(newest, record)

    async def find_before(
        self, record: DeviceRecord, *, before_t: int, epoch: int = 0
    ) -> NewestMessage | None:
        self.note_read()
        older = [
            document
            for document in self._of_device(record.device_id)
            if "standing" in document and document["firstT"] < before_t
            if document.get("epoch", 0) == epoch
        ]
        newest = max(older, key=lambda document: int(document["firstT"]), default=None)
        return None if newest is None else read_newest(newest, record)

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int, epoch: int = 0
    ) -> History:
        self.note_read()
        rows = {
            t: [_at(document, name, index) for name in profile.channel_names]
            for document in self._of_device(device_id)
            if document["profile"] == profile.name and document.get("epoch", 0) == epoch
            for index, t in enumerate(document["t"])
            if t < before_t
        }
        newest = sorted(rows)[-count:]
        values = np.array([rows[t] for t in newest], dtype=np.float64).astype(np.float32)
        return History(
            np.array(newest, dtype=np.int64), values.reshape(len(newest), len(profile.channels))
        )

    async def stored(
        self, device_id: str, profile: Profile, *, from_t: int, to_t: int
    ) -> list[History]:
        self.note_read()
        found = [
            (t, [_at(document, name, index) for name in profile.channel_names])
            for document in self._of_device(device_id)
            if document["profile"] == profile.name
            for index, t in enumerate(document["t"])
            if from_t <= t <= to_t
        ]
        times = np.array([t for t, _ in found], dtype=np.int64)
        rows = np.array([row for _, row in found], dtype=np.float64).astype(np.float32)
        return layer_readings(times, rows.reshape(len(found), len(profile.channels)))

    async def save_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        by_device: dict[str, list[Document]] = {}
        for message in messages:
            document = message.to_document()
            by_device.setdefault(document["deviceId"], []).append(document)
        refusals: dict[tuple[str, str], Refusal] = {}
        for documents in by_device.values():
            # A device's messages are written together, or none of them is.
            if self.crash_after is not None and self.crash_after < len(self.writes) + len(
                documents
            ):
                raise CrashError(f"before {len(documents)} writes")
            found = self.save_each("readings", documents)
            refusals.update(zip(map(find_key, documents), found, strict=True))
        return [refusals[find_key(message.to_document())] for message in messages]

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        stored = self.containers["readings"]
        documents = [message.to_document() for message in messages]
        return [
            None if find_key(document) in stored else self.save_each("readings", [document])[0]
            for document in documents
        ]

    async def save_devices(
        self, devices: Sequence[DeviceRecord]
    ) -> list[str | RefusedError | ChangedMeanwhileError]:
        return [await self._replace(device) for device in devices]

    async def _replace(self, device: DeviceRecord) -> str | RefusedError | ChangedMeanwhileError:
        for happening in self.meanwhile:
            self.meanwhile = []
            await happening()
        known = self.etags.get(device.device_id)
        if device.etag not in {ANY_RECORD, known}:
            return ChangedMeanwhileError(f"{device.device_id} is someone else's")
        (refusal,) = self.save_each("devices", [device.to_document()])
        return self.etags[device.device_id] if refusal is None else refusal

    async def devices(self, site_id: str | None) -> list[DeviceRecord]:
        self.note_read()
        return [
            device
            for document in self.all("devices")
            if (device := _read_device(document)) is not None and site_id in {None, device.site_id}
        ]

    async def list_quiet(self, *, heard_before_ms: int, after: str, most: int) -> QuietPage:
        self.note_read()
        found = [
            document
            for document in self.all("devices")
            if document["deviceId"] > after and document["enqueuedAt"] < heard_before_ms
        ][:most]
        self.given += len(found)
        read = map(_read_device, found)
        devices = tuple(device for device in read if device is not None)
        return QuietPage(devices, found[-1]["deviceId"] if len(found) == most else None)

    async def find_heard(self, device_ids: Sequence[str], *, since_ms: int) -> list[DeviceRecord]:
        self.note_read()
        heard = [
            device
            for document in self.all("devices")
            if document["deviceId"] in set(device_ids) and document["enqueuedAt"] >= since_ms
            if (device := _read_device(document)) is not None
        ]
        self.given += len(heard)
        return heard

    async def sites(self) -> list[str]:
        self.note_read()
        return list_sites(document["siteId"] for document in self.all("devices"))

    async def readings(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        self.note_read()
        found = self.overlapping(device_id, from_t, to_t)
        if sum(len(document["t"]) for document in found) > most:
            raise InvalidRequestError(
                f"the range holds more than {most} readings; ask for a shorter range"
            )
        return [_part(document, _SHOWN) for document in found]

    async def first_messages(
        self, device_id: str, profile: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        self.note_read()
        found = [
            one
            for one in self._of_device(device_id)
            if one["profile"] == profile and from_t <= one["firstT"] < to_t
        ]
        found.sort(key=lambda one: int(one["firstT"]))
        return [_part(document, _SAMPLED) for document in found[:most]]

    async def scores(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[StoredMessage]:
        self.note_read()
        found = self.overlapping(device_id, from_t, to_t)
        return [_part(document, _SCORED) for document in found[:most]]

    async def arrivals(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Arrival]:
        self.note_read()
        found = [
            Arrival(each["firstT"], each["lastT"], len(each["t"]), each["enqueuedAt"])
            for each in self._of_device(device_id)
            if from_t <= each["firstT"] <= to_t
        ]
        return sorted(found, key=lambda arrival: arrival.first_t)[:most]

    def _of_device(self, device_id: str) -> list[dict[str, Any]]:
        stored = self.containers["readings"]
        keys = sorted(key for key in stored if key[0] == device_id)
        return [orjson.loads(stored[key]) for key in keys]

    def overlapping(self, device_id: str, from_t: int, to_t: int) -> list[dict[str, Any]]:
        found = [
            one
            for one in self._of_device(device_id)
            if one["lastT"] >= from_t and one["firstT"] <= to_t
        ]
        return sorted(found, key=lambda one: int(one["firstT"]))


def _read_device(document: Document) -> DeviceRecord | None:
    try:
        return DeviceRecord.from_document(document)
    except DamagedDocumentError:
        return None


def _part(document: Document, names: Sequence[str]) -> StoredMessage:
    return StoredMessage.from_document({name: document.get(name) for name in names})


def _at(document: dict[str, Any], channel: str, index: int) -> float | None:
    column = document["channels"].get(channel)
    return None if column is None else column[index]
