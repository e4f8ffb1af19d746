"""What is written of a message: as Tocsin does, and as one document a reading."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from benchmarks.cost.device import run_pump
from local.prepare import INDEXED, make_narrow_index
from local.standins.cosmos.charge import write_charge
from tocsin.domain.packing.messages import unpack_message
from tocsin.usecases.scoring.score_readings import RECORD_EVERY_MS

CHANNELS: Final = 8
# Measured of five channels: what rolling readings up costs for a minute of a device that sends one
# each second (docs/adr/0015-readings-are-rolled-up.md). More channels cost as much more.
ROLL_UP_UNITS: Final = 6.8 / 60 * CHANNELS / 5
EVERYTHING: Final[Mapping[str, Any]] = {"indexingPolicy": {"includedPaths": [{"path": "/*"}]}}


@dataclass(frozen=True, slots=True)
class Writes:
    """What a million readings cost. stored_bytes: of what stays; values: how many these are."""

    request_units: float
    stored_bytes: float
    bytes_per_value: float


def price_ours(readings: int) -> Writes:
    """Messages of so many *readings*: the message, the device's record and the rollups."""
    bodies = [_write(document) for document in run_pump(readings).messages]
    units = _price(bodies, _index_of("readings")) / readings
    record = _price_record(readings, _index_of("devices"))
    return _per_million(units + record + ROLL_UP_UNITS, _measure(bodies) / readings)


def price_single(*, pruned: bool) -> Writes:
    """One document a reading, and the device's record as often as Tocsin writes it.

    *pruned*: what no query asks for is not indexed; otherwise all is, as in a new container.
    """
    bodies = [_write(_make_single(document)) for document in run_pump(1).messages]
    units = _price(bodies, _index_of("readings") if pruned else EVERYTHING)
    record = _price_record(1, _index_of("devices") if pruned else EVERYTHING)
    return _per_million(units + record, _measure(bodies))


def measure_wire(readings: int) -> int:
    """Bytes of the message as a device sends it."""
    return round(fmean(map(len, run_pump(readings).bodies)))


def _make_single(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The document of one reading with the same in it, but for how its device stands."""
    document = unpack_message(stored)
    channels = {name: column[0] for name, column in document["channels"].items()}
    fields = ("id", "deviceId", "siteId", "profile", "threshold", "modelVersion", "enqueuedAt")
    return {
        **{name: document[name] for name in fields},
        "t": document["t"][0],
        "channels": channels,
        "score": document["score"][0],
        "anomalous": document["anomalous"][0],
        "contributions": dict.fromkeys(channels, 0.125),
    }


def _price_record(readings: int, index: Mapping[str, Any]) -> float:
    """The device's record, a reading: with the first message in so many seconds, of a device that
    measures once a second."""
    messages = math.ceil(RECORD_EVERY_MS / 1_000 / readings)
    return write_charge(_write(run_pump(readings).record), index) / (messages * readings)


def _price(bodies: Sequence[str], index: Mapping[str, Any]) -> float:
    return fmean(write_charge(body, index) for body in bodies)


def _measure(bodies: Sequence[str]) -> float:
    return fmean(len(body.encode()) for body in bodies)


def _index_of(container: str) -> Mapping[str, Any]:
    return {"indexingPolicy": make_narrow_index(INDEXED[container])}


def _write(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))


def _per_million(units: float, stored: float) -> Writes:
    return Writes(units * 1e6, stored * 1e6, round(stored / CHANNELS, 1))
