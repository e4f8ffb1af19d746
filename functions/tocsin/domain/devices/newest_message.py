"""What a stored message says of its device: the record of it, where that was not written yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.behaviour.habits import read_habits
from tocsin.domain.behaviour.rhythm import read_rhythm
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.not_scored import read_not_scored
from tocsin.domain.devices.readings import SENSOR_STATES
from tocsin.domain.devices.standing_document import read_standing
from tocsin.domain.messages.bad_values import BadCells, LastBad, count_bad
from tocsin.domain.packing.messages import unpack_message
from tocsin.domain.stored import OPTIONAL_NUMBER, OPTIONAL_TEXT, take_field, take_mapping, take_part


@dataclass(frozen=True, slots=True)
class NewestMessage:
    """What a device's newest stored message that was on time says of it.

    ``record``: the device after it, but for what only its history tells: its work. ``readings``:
    how many the message has.
    """

    record: DeviceRecord
    readings: int


def read_newest(document: Mapping[str, Any], before: DeviceRecord) -> NewestMessage:
    """From a ``readings`` document; *before* is the stored record that the new one replaces.

    Raises DamagedDocumentError.
    """
    document = unpack_message(document)
    return NewestMessage(_read_record(document, before), len(take_field(document, "t", list)))


def _read_record(document: Mapping[str, Any], before: DeviceRecord) -> DeviceRecord:
    channels = take_mapping(document, "channels", list)
    sensors = take_mapping(document, "sensors", list)
    score = _take_last(document, "score")
    not_scored = read_not_scored(document)
    if score is None and not_scored is None:
        # Where not every reading is scored, the newest that is counts.
        score, not_scored = before.score, before.not_scored
    enqueued_at = take_field(document, "enqueuedAt", int)
    refused = before.refused
    profile = take_field(document, "profile", str)
    habits = read_habits(document)
    # A message has the channels that were sent; what was known before names all of the profile.
    known = before.latest if before.profile == profile else {}
    names = {**known, **dict.fromkeys(() if habits is None else habits.names), **channels}
    return DeviceRecord(
        device_id=take_field(document, "deviceId", str),
        site_id=take_field(document, "siteId", str),
        profile=profile,
        last_t=take_field(document, "lastT", int),
        last_seq=take_field(document, "seq", int),
        latest={name: channels[name][-1] if channels.get(name) else None for name in names},
        score=take_field({**document, "score": score}, "score", *OPTIONAL_NUMBER),
        threshold=take_field(document, "threshold", *OPTIONAL_NUMBER),
        anomalous=bool(_take_last(document, "anomalous")),
        sensors={
            name: SENSOR_STATES[states[-1]] for name, states in sensors.items() if any(states[-1:])
        },
        standing=read_standing(take_part(document, "standing") or {}),
        model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
        enqueued_at=max(enqueued_at, before.enqueued_at),
        clock=before.clock.hear(enqueued_at),
        rhythm=read_rhythm(document),
        not_scored=not_scored,
        refused=refused if refused is not None and refused.at > enqueued_at else None,
        bad_values=_count_bad(document, before),
        etag=before.etag,
        habits=habits,
    )


def _count_bad(document: Mapping[str, Any], before: DeviceRecord) -> Mapping[str, LastBad]:
    """The bad cells with those of this message. Of messages between it and *before* the number is
    not told; a channel that had none makes a record at once."""
    known = before.bad_values if before.profile == document["profile"] else {}
    owner = {name: document.get(name) for name in ("id", "deviceId")}
    found = take_mapping(document, "badValues", dict)
    bad = {name: BadCells.from_document({**owner, **cells}) for name, cells in found.items()}
    return count_bad(known, bad, take_field(document, "t", list))


def _take_last(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 (any JSON)
    column = take_field(document, name, list)
    return column[-1] if column else None
