"""From a batch of events to stored, scored readings, device states, alerts and live messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.errors import InvalidMessageError
from tocsin.domain.fleet import record_device
from tocsin.domain.profile import Profile
from tocsin.domain.telemetry import Envelope, Message, decode
from tocsin.usecases.decide_lanes import DecidedLane, decide_lanes
from tocsin.usecases.device_memory import DeviceMemory
from tocsin.usecases.place_messages import Placed, place_messages
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import DeadLetters, DeviceThresholds, Models, Telemetry
from tocsin.usecases.score_batch import score_batch
from tocsin.usecases.show_beside import LiveBeside

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, in counts."""

    messages: int
    readings: int
    late: int
    dead_letters: int
    alerts: int


async def score_readings(
    envelopes: Sequence[Envelope],
    *,
    profiles: Mapping[str, Profile],
    memory: DeviceMemory,
    store: Telemetry,
    models: Models,
    thresholds: DeviceThresholds,
    target_per_day: float,
    dead_letters: DeadLetters,
    live: LiveBeside,
    now_ms: Callable[[], int],
) -> Outcome:
    """Store and score a batch; safe to run again with the same events.

    One unusable event becomes a dead letter and harms no other. Alerts are written before
    readings, these before device states, late readings after them, and *memory* changes last: a
    run that breaks off leaves what a second run of the same batch completes. *target_per_day*:
    false alerts a device and day that thresholds are set for. Raises what the store or the
    dead-letter box raises when they stay away, so that the batch is delivered again.
    """
    messages, letters = _decode_all(envelopes, profiles, now_ms())
    factors = await thresholds.factors()
    lanes = await place_messages(messages, memory, store)
    placed = [message for lane in lanes for message in lane.placed]
    results = await score_batch(placed, models)
    letters += [
        _reject_unscorable(message)
        for message, scored in zip(placed, results, strict=True)
        if not scored
    ]
    await asyncio.gather(*(dead_letters.put(letter) for letter in letters))
    decided = decide_lanes(lanes, results, target_per_day=target_per_day, factors=factors)
    states = [record_device(lane.on_time[-1], lane.state) for lane in decided if lane.on_time]
    await _save(store, decided, states)
    memory.update({lane.device_id: after.state for lane, after in zip(lanes, decided, strict=True)})
    _show(live, states)
    return Outcome(
        messages=sum(len(lane.on_time) + len(lane.late) for lane in decided),
        readings=sum(
            len(message.anomalous) for lane in decided for message in (*lane.on_time, *lane.late)
        ),
        late=sum(len(lane.late) for lane in decided),
        dead_letters=len(letters),
        alerts=sum(len(lane.alerts) for lane in decided),
    )


def _decode_all(
    envelopes: Sequence[Envelope], profiles: Mapping[str, Profile], now_ms: int
) -> tuple[list[Message], list[DeadLetter]]:
    messages: list[Message] = []
    letters: list[DeadLetter] = []
    for envelope in envelopes:
        try:
            messages.append(decode(envelope, profiles, now_ms=now_ms))
        except InvalidMessageError as error:
            log.warning("Dead letter from %r: %s", envelope.device_id, error)
            letters.append(DeadLetter(envelope, error.reason, error.text))
    return messages, letters


def _reject_unscorable(placed: Placed) -> DeadLetter:
    return DeadLetter(
        placed.message.envelope, "scoring-failed", "the model failed on it; the log says how"
    )


async def _save(
    store: Telemetry, decided: Sequence[DecidedLane], states: Sequence[DeviceRecord]
) -> None:
    await store.save_alerts([alert for lane in decided for alert in lane.alerts])
    await store.save_readings([message for lane in decided for message in lane.on_time])
    await store.save_devices(states)
    # Last and never overwriting: a message delivered again is late, and scored from what is known
    # by now it could get another score than the one that was acted upon.
    await store.add_readings([message for lane in decided for message in lane.late])


def _show(live: LiveBeside, states: Sequence[DeviceRecord]) -> None:
    """Handed over a site at a time. A browser that misses a reading is up to date with the next."""
    by_site: dict[str, dict[str, Document]] = {}
    for state in states:
        by_site.setdefault(state.site_id, {})[state.device_id] = _live_reading(state)
    for site_id, readings in by_site.items():
        live.offer(site_id, readings)


def _live_reading(state: DeviceRecord) -> Document:
    """What a browser is told of a device."""
    return {
        "deviceId": state.device_id,
        "profile": state.profile,
        "t": state.last_t,
        "values": state.latest,
        "score": state.score,
        "threshold": state.threshold,
        "anomalous": state.anomalous,
        "sensors": state.sensors,
    }
