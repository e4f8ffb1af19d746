"""What is written of a message: as Tocsin does, and as one document a reading."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.sent_messages import CHANNELS, make_message
from local.prepare import UNINDEXED, make_index
from local.standins.cosmos.charge import write_charge
from tocsin.domain.device_record import DeviceRecord
from tocsin.profiles import load_profiles
from tocsin.usecases.score_readings import RECORD_EVERY_MS

# Measured: what rolling readings up costs for a minute of a device that sends one each second
# (docs/adr/0015-readings-are-rolled-up.md).
ROLL_UP_UNITS: Final = 6.8 / 60
EVERYTHING: Final[Mapping[str, Any]] = {"indexingPolicy": {"includedPaths": [{"path": "/*"}]}}


@dataclass(frozen=True, slots=True)
class Writes:
    """What a million readings cost. stored_bytes: of what stays; values: how many these are."""

    request_units: float
    stored_bytes: float
    bytes_per_value: float


def price_ours(readings: int) -> Writes:
    """Messages of so many *readings*: the message, the device's record and the rollups."""
    body = _write(_make_document(readings))
    of_message = write_charge(body, {"indexingPolicy": make_index(UNINDEXED["readings"])})
    units = of_message / readings + _price_record(readings) + ROLL_UP_UNITS
    return _per_million(units, len(body.encode()) / readings)


def price_single(*, pruned: bool) -> Writes:
    """One document a reading, and the device's record as often as Tocsin writes it.

    *pruned*: what no query asks for is not indexed; otherwise all is, as in a new container.
    """
    document = _make_document(1)
    channels = {name: column[0] for name, column in document["channels"].items()}
    fields = ("id", "deviceId", "siteId", "profile", "threshold", "modelVersion")
    single = {
        **{name: document[name] for name in fields},
        "t": document["t"][0],
        "channels": channels,
        "score": document["score"][0],
        "anomalous": False,
        "contributions": dict.fromkeys(channels, 0.125),
    }
    body = _write(single)
    index = {"indexingPolicy": make_index(UNINDEXED["readings"])} if pruned else EVERYTHING
    units = write_charge(body, index) + _price_record(1)
    return _per_million(units, len(body.encode()))


def measure_wire(readings: int) -> int:
    """Bytes of the message as a device sends it."""
    document = _make_document(readings)
    sent = {name: document[name] for name in ("schema", "profile", "seq", "t", "channels")}
    return len(_write(sent).encode())


def _price_record(readings: int) -> float:
    """The device's record, a reading: with the first message in so many seconds, of a device that
    measures once a second."""
    messages = math.ceil(RECORD_EVERY_MS / 1_000 / readings)
    return write_charge(_write(_make_record()), EVERYTHING) / (messages * readings)


def _make_document(readings: int) -> dict[str, Any]:
    return make_message(load_profiles()["pump"], 1, readings).to_document()


def _make_record() -> dict[str, Any]:
    document = _make_document(1)
    latest = {name: column[-1] for name, column in document["channels"].items()}
    return DeviceRecord.from_document(
        {
            "id": document["deviceId"], "deviceId": document["deviceId"],
            "siteId": document["siteId"], "profile": document["profile"],
            "lastT": document["lastT"], "lastSeq": document["seq"], "latest": latest,
            "score": 0.5, "threshold": 4.21, "anomalous": False, "sensors": {}, "alert": None,
            "run": 0, "modelVersion": "1-0123456789ab", "enqueuedAt": document["lastT"],
        },
        etag=None,
    ).to_document()  # fmt: skip


def _write(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))


def _per_million(units: float, stored: float) -> Writes:
    return Writes(units * 1e6, stored * 1e6, round(stored / CHANNELS, 1))
