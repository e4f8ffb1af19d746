"""A database in memory: the ports Telemetry, Fleet, Drifts and Feedback."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

from tocsin.domain.alert_marks import write_owed
from tocsin.domain.alerts import Alert, AlertPage, AlertPosition, page_of
from tocsin.domain.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.device_threshold import DeviceThreshold
from tocsin.domain.drift_record import DriftRecord
from tocsin.domain.errors import (
    ChangedMeanwhileError,
    DamagedDocumentError,
    InvalidRequestError,
    RefusedError,
)
from tocsin.domain.incidents.late import Arrival
from tocsin.domain.known import layer_readings
from tocsin.domain.newest_message import NewestMessage, read_newest
from tocsin.domain.packing.messages import pack_message, unpack_message
from tocsin.domain.profile import Profile
from tocsin.domain.readings import DecidedMessage
from tocsin.domain.silence import QuietPage
from tocsin.domain.sites import list_sites
from tocsin.domain.stored_message import StoredMessage
from tocsin.domain.windows import History
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Refusal

MOST_BYTES, MOST_ID_BYTES = 2 * 1024 * 1024, 1_023
_NOT_IN_AN_ID = set("/\\?#")
_SAMPLED = ("t", "channels", "score", "modelVersion")
_SCORED = ("t", "score", "modelVersion")
_SHOWN = ("t", "channels", "score", "threshold", "anomalous", "late", "notScored")


class CrashError(Exception):
    """The process "ended" here."""


class FakeStore:
    """Documents by container, partition and id, kept as JSON as the database would.

    ``refused``: (container, device) of which nothing is ever taken. ``unreadable``: devices whose
    record is never given. ``etags``: of each device's
    record. ``meanwhile``: done before the next record is saved, as another process would.
    ``given``: how many devices were handed out to whoever looks for silent ones. ``writes`` lists
    every write in order as (container, id). After *crash_after* writes each
    further one raises CrashError; ``away`` makes every call raise OSError. ``now_s``: its
    clock.
    """

    def __init__(self) -> None:
        self.containers: dict[str, dict[tuple[str, str], str]] = {
            "alerts": {},
            "readings": {},
            "rollups": {},
            "devices": {},
            "settings": {},
            "audit": {},
        }
        self.writes: list[tuple[str, str]] = []
        self.reads = 0
        self.given = 0
        self.written_s: dict[tuple[str, str], int] = {}  # alerts: what Cosmos DB calls _ts
        self.now_s = 0
        self.etags: dict[str, str] = {}
        self.crash_after: int | None = None
        self.away = False
        self.refused: set[tuple[str, str]] = set()
        self.unreadable: set[str] = set()
        self.meanwhile: list[Callable[[], Awaitable[object]]] = []

    def all(self, container: str) -> list[dict[str, Any]]:
        """Every document of a container, by partition and id."""
        return [orjson.loads(text) for _, text in sorted(self.containers[container].items())]

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.all(name) for name in self.containers}

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

    async def save_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        return self._save_each("alerts", [write_owed(alert) for alert in alerts])

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
            found = self._save_each("readings", documents)
            refusals.update(zip(map(_key, documents), found, strict=True))
        return [refusals[_key(message.to_document())] for message in messages]

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        stored = self.containers["readings"]
        documents = [message.to_document() for message in messages]
        return [
            None if _key(document) in stored else self._save_each("readings", [document])[0]
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
        (refusal,) = self._save_each("devices", [device.to_document()])
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

    async def save_drift(self, record: DriftRecord) -> None:
        self.save("settings", [record.to_document()])

    async def drift(self, profile: str) -> DriftRecord | None:
        self.note_read()
        drift_id = f"drift:{profile}"
        text = self.containers["settings"].get((drift_id, drift_id))
        return None if text is None else DriftRecord.from_document(json.loads(text))

    async def alerts(
        self, site_id: str | None, device_id: str | None, *, before: AlertPosition | None, most: int
    ) -> AlertPage:
        self.note_read()
        found = [
            alert
            for alert in map(Alert.from_document, self.all("alerts"))
            if site_id in {None, alert.site_id} and device_id in {None, alert.device_id}
            if before is None or alert.position.order > before.order
        ]
        return page_of(found, most)

    async def alert_changes(self, alert_ids: Sequence[str]) -> list[Alert]:
        self.note_read()
        every = map(Alert.from_document, self.all("alerts"))
        return [alert for alert in every if alert.alert_id in alert_ids]

    async def past_alerts(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Alert]:
        self.note_read()
        every = map(Alert.from_document, self.all("alerts"))
        found = [
            alert for alert in every if alert.device_id == device_id and from_t <= alert.t <= to_t
        ]
        return sorted(found, key=lambda alert: alert.t)[-most:]

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

    async def device_threshold(self, device_id: str) -> DeviceThreshold | None:
        self.note_read()
        text = self.containers["settings"].get((device_id, f"threshold:{device_id}"))
        return None if text is None else DeviceThreshold.from_document(json.loads(text))

    async def device_thresholds(self) -> list[DeviceThreshold]:
        self.note_read()
        every = [one for one in self.all("settings") if one.get("type") == "threshold"]
        return [DeviceThreshold.from_document(document) for document in every]

    async def save_device_threshold(self, threshold: DeviceThreshold) -> None:
        self.save("settings", [threshold.to_document()])

    async def delete_device_threshold(self, device_id: str) -> None:
        self.note_read()
        self.containers["settings"].pop((device_id, f"threshold:{device_id}"), None)

    async def save_audit(self, document: Document) -> None:
        self.save("audit", [document])

    async def ping(self) -> None:
        self.note_read()

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

    def note_read(self) -> None:
        self.reads += 1
        if self.away:
            raise OSError("the database is away")

    def _save_each(self, container: str, documents: Sequence[Document]) -> list[Refusal]:
        refusals: list[Refusal] = []
        for document in documents:
            try:
                self.save(container, [document])
            except RefusedError as error:
                refusals.append(error)
            else:
                refusals.append(None)
        return refusals

    def save(self, container: str, documents: Sequence[Document]) -> None:
        for document in documents:
            if self.away:
                raise OSError("the database is away")
            if self.crash_after is not None and len(self.writes) >= self.crash_after:
                raise CrashError(f"after {self.crash_after} writes")
            text = _write(document)
            if container == "readings":
                _check_packing(text)
            if (container, document.get("deviceId")) in self.refused:
                raise RefusedError(f"{container} takes nothing of {document['deviceId']}")
            self.containers[container][_key(document)] = text
            if container == "alerts":
                self.written_s[_key(document)] = self.now_s
            self.writes.append((container, document["id"]))
            if container == "devices":
                self.etags[document["id"]] = f'"{len(self.writes)}"'


def _write(document: Document) -> str:
    """As JSON, which has no NaN. Raises RefusedError for what the database never takes."""
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise RefusedError(f"no text: {error.reason}") from error
    name = document["id"]
    if size > MOST_BYTES or len(name.encode()) > MOST_ID_BYTES or _NOT_IN_AN_ID & set(name):
        raise RefusedError(f"illegal id {name!r:.80} or too large: {size} bytes")
    return text


@lru_cache(maxsize=8_192)  # the same messages are delivered again and again
def _check_packing(text: str) -> None:
    """The database keeps a message packed: of what use cases store nothing may be lost by it."""
    plain = orjson.loads(text)
    packed = orjson.loads(json.dumps(pack_message(plain)))
    back = unpack_message(packed)
    lost = {name for name in plain if back.get(name) != plain[name]} - {"contributions"}
    assert not lost, f"packed and unpacked, {lost} of {plain['id']} are others"


def _read_device(document: Document) -> DeviceRecord | None:
    try:
        return DeviceRecord.from_document(document)
    except DamagedDocumentError:
        return None


def _part(document: Document, names: Sequence[str]) -> StoredMessage:
    return StoredMessage.from_document({name: document.get(name) for name in names})


def _key(document: Document) -> tuple[str, str]:
    return document.get("deviceId", document["id"]), document["id"]


def _at(document: dict[str, Any], channel: str, index: int) -> float | None:
    column = document["channels"].get(channel)
    return None if column is None else column[index]
