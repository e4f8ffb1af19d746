"""Store what was decided of each device; what the database never takes is set aside."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.fleet import DeviceState, record_device, record_heard
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.domain.insights.log_about import about, describe
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.usecases.ports.scoring import Refusal, Telemetry
from tocsin.usecases.scoring.decide_lanes import DecidedLane

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the lanes of a batch.

    letters: messages that the database refused for good.
    states: by device what is known of it now, and ``records`` its newest reading.
    overtaken: devices whose record someone else has written since it was read. Nothing else of
        theirs counts: their messages are to be placed again.
    unknown: these, and others whose record could not be stored: to be read again.
    """

    letters: list[DeadLetter] = field(default_factory=list)
    states: dict[str, DeviceState] = field(default_factory=dict)
    records: list[DeviceRecord] = field(default_factory=list)
    overtaken: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


async def save_lanes(
    lanes: Sequence[DecidedLane], store: Telemetry, *, record_every_ms: int
) -> Saved:
    """Store alerts before readings, these before device states, and late readings after them.

    *record_every_ms*: so long a device's record may stay as it is while nothing happens to it; the
    stored messages say the rest (docs/adr/0003).
    Raises what the store raises when it stays away.
    """
    saved = Saved()
    lanes = await _save_alerts(lanes, store, saved)
    on_time = [message for lane in lanes for message in lane.on_time]
    saved.letters.extend(_reject(on_time, await store.save_readings(on_time)))
    await _save_records(lanes, store, saved, record_every_ms)
    # Last and never overwriting: a message delivered again is late, and scored from what is known
    # by now it could get another score than the one that was acted upon.
    late = [message for lane in _leave_out(lanes, saved.unknown) for message in lane.late]
    saved.letters.extend(_reject(late, await store.add_readings(late)))
    saved.letters[:] = [
        letter for letter in saved.letters if letter.envelope.device_id not in saved.overtaken
    ]
    return saved


async def _save_alerts(
    lanes: Sequence[DecidedLane], store: Telemetry, saved: Saved
) -> Sequence[DecidedLane]:
    """The lanes without those whose alert was refused: where an alert cannot be kept, nothing of
    the device is, or its readings would show a fault that nobody was told of."""
    alerts = [alert for lane in lanes for alert in lane.alerts]
    refusals = await store.save_alerts(alerts)
    refused = {
        alert.device_id: refusal
        for alert, refusal in zip(alerts, refusals, strict=True)
        if refusal is not None
    }
    _set_aside(lanes, refused, saved)
    return _leave_out(lanes, refused.keys())


async def _save_records(
    lanes: Sequence[DecidedLane], store: Telemetry, saved: Saved, record_every_ms: int
) -> None:
    renewed: list[DecidedLane] = []
    records: list[DeviceRecord] = []
    for lane in lanes:
        record = _record_lane(lane)
        if record is None:
            saved.states[lane.device_id] = lane.state
        elif record.is_news(lane.state.recorded, every_ms=record_every_ms):
            renewed.append(lane)
            records.append(record)
        else:
            saved.states[lane.device_id] = lane.state.with_record(record)
            saved.records.append(record)
    refused: dict[str, RefusedError] = {}
    for lane, record, result in zip(
        renewed, records, await store.save_devices(records), strict=True
    ):
        if isinstance(result, ChangedMeanwhileError):
            log.warning(
                "Someone else scored device %r meanwhile",
                lane.device_id,
                extra=about(device=lane.device_id),
            )
            saved.overtaken.add(lane.device_id)
        elif isinstance(result, RefusedError):
            refused[lane.device_id] = result
        else:
            saved.states[lane.device_id] = lane.state.with_etag(result, record)
            saved.records.append(record)
    _set_aside(renewed, refused, saved)
    saved.unknown.update(saved.overtaken)


def _record_lane(lane: DecidedLane) -> DeviceRecord | None:
    """The device after its batch; None where nothing of its record has changed."""
    if lane.on_time:
        return record_device(lane.on_time[-1], lane.state)
    if lane.is_heard and lane.state.record is not None:
        return record_heard(lane.state.record, lane.state)
    return None


def _set_aside(
    lanes: Sequence[DecidedLane], refused: Mapping[str, RefusedError], saved: Saved
) -> None:
    for lane in lanes:
        if lane.device_id in refused:
            every = [*lane.on_time, *lane.late]
            saved.letters.extend(_reject(every, [refused[lane.device_id]] * len(every)))
            saved.unknown.add(lane.device_id)


def _reject(
    messages: Sequence[DecidedMessage], refusals: Iterable[Refusal]
) -> Iterator[DeadLetter]:
    for message, refusal in zip(messages, refusals, strict=True):
        if refusal is not None:
            envelope = message.scored.message.envelope
            log.warning(
                "Dead letter from %r: %s",
                envelope.device_id,
                refusal,
                extra=describe(envelope),
            )
            yield DeadLetter(envelope, "refused", str(refusal))


def _leave_out(lanes: Sequence[DecidedLane], device_ids: AbstractSet[str]) -> Sequence[DecidedLane]:
    return [lane for lane in lanes if lane.device_id not in device_ids]
