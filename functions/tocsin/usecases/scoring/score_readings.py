"""From a batch of events to stored, scored readings, device states, alerts and live messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.readings import DecidedMessage, Scored
from tocsin.domain.errors import ChangedMeanwhileError, InvalidMessageError, RefusedError
from tocsin.domain.insights.log_about import about, describe
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.decode import decode_all
from tocsin.domain.messages.telemetry import Envelope, Message
from tocsin.domain.profile import Profile
from tocsin.domain.tracing.place import Place
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import DeadLetters, DeviceThresholds, Models, Telemetry
from tocsin.usecases.scoring.decide_lanes import DecidedLane, decide_lanes
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.learn_lanes import learn_lanes
from tocsin.usecases.scoring.meter_batch import BatchMeter, unmetered
from tocsin.usecases.scoring.note_refused import note_refused
from tocsin.usecases.scoring.place_messages import Lane, place_messages
from tocsin.usecases.scoring.save_lanes import save_lanes
from tocsin.usecases.scoring.score_batch import score_batch
from tocsin.usecases.scoring.show_beside import LiveBeside
from tocsin.usecases.scoring.trace_batch import BatchTrace, untraced

log = logging.getLogger(__name__)

# Two who score the same partition take turns for seconds, until the hub cuts the older one off.
MOST_ROUNDS = 4
# A device's record costs as much as its message. Who shows or plans by it has it so fresh, or
# fresher: what happens to a device is recorded at once.
RECORD_EVERY_MS = 12_000
NO_PLACES: Mapping[str, Place] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, in counts. ``known``: messages that brought nothing new; they count
    among the ``late`` ones, too."""

    messages: int
    readings: int
    late: int
    dead_letters: int
    alerts: int
    known: int = 0


async def score_readings(
    envelopes: Sequence[Envelope],
    *,
    profiles: Mapping[str, Profile],
    memory: DeviceMemory,
    store: Telemetry,
    models: Models,
    thresholds: DeviceThresholds,
    targets: AlertTargets,
    dead_letters: DeadLetters,
    live: LiveBeside,
    now_ms: Callable[[], int],
    record_every_ms: int = RECORD_EVERY_MS,
    trace: BatchTrace | None = None,
    meter: BatchMeter | None = None,
) -> Outcome:
    """Store and score a batch; safe to run again with the same events.

    One unusable event becomes a dead letter and harms no other. Alerts are written before
    readings, these before device states, late readings after them, and *memory* changes when all
    is stored: a run that breaks off leaves what a second run of the same batch completes. Dead
    letters come last: a box that stays away delays nothing that can be stored.

    *record_every_ms*: how old a device's record may become while nothing happens to it.
    *targets*: the false alerts that thresholds are set for. *trace*: what follows the batch, for
    those who look where its time goes; *meter*: what counts what becomes of it. Raises what the
    store or the dead-letter box raises when they stay away, so that the batch is delivered again.
    """
    trace, meter = trace or untraced(), meter or unmetered()
    messages, letters = _decode_all(envelopes, profiles, now_ms())
    trace.lap("decode")
    undecoded = tuple(letters)
    factors, baselines = await thresholds.factors(), await thresholds.baselines()
    book = await thresholds.limits()
    count = _Count()
    for _ in range(MOST_ROUNDS):
        lanes, unplaced = await place_messages(messages, memory, store)
        lanes = await learn_lanes(lanes, models)
        trace.lap("look up what is known")
        every = [placed for lane in lanes for placed in lane.placed]
        results = await score_batch(every, models, baselines)
        trace.lap("score windows")
        decided = decide_lanes(
            lanes,
            results,
            targets=targets,
            factors=factors,
            baselines=baselines,
            book=book,
        )
        decided = trace.mark_alerts(decided)
        trace.lap("decide")
        saved = await save_lanes(decided, store, record_every_ms=record_every_ms)
        trace.lap("store")
        memory.update(saved.states)
        memory.forget(saved.unknown)
        _show(live, saved.records, trace.find_places())
        stored = [lane for lane in decided if lane.device_id not in saved.overtaken]
        count.add(stored)
        meter.add(stored, saved.letters)
        letters += saved.letters
        letters += _reject_unplaced(messages, unplaced)
        letters += _reject_unscorable(lanes, results, saved.overtaken)
        messages = [message for message in messages if message.device_id in saved.overtaken]
        if not messages:
            break
    else:
        raise ChangedMeanwhileError(
            f"others write the states of {len(messages)} messages' devices all the time"
        )
    _show(live, await note_refused(undecoded, memory=memory, store=store))
    await asyncio.gather(*(_put_letter(letter, dead_letters) for letter in letters))
    trace.end(letters)
    meter.end(letters)
    return Outcome(
        count.messages, count.readings, count.late, len(letters), count.alerts, count.known
    )


@dataclass(slots=True)
class _Count:
    """What was stored, over the rounds of a batch."""

    messages: int = 0
    readings: int = 0
    late: int = 0
    alerts: int = 0
    known: int = 0

    def add(self, lanes: Sequence[DecidedLane]) -> None:
        for lane in lanes:
            # A message that came apart is on time, and counts once.
            late = len(_name_messages(lane.late) - _name_messages(lane.on_time)) if lane.late else 0
            self.messages += len(lane.on_time) + late + len(lane.known)
            self.late += late + len(lane.known)
            self.readings += sum(len(part.anomalous) for part in (*lane.on_time, *lane.late))
            self.alerts += len(lane.alerts)
            self.known += len(lane.known)


def _name_messages(parts: Sequence[DecidedMessage]) -> set[int]:
    """A message may have come apart: what of it was new, and what was late."""
    return {id(part.scored.message.envelope) for part in parts}


def _decode_all(
    envelopes: Sequence[Envelope], profiles: Mapping[str, Profile], now_ms: int
) -> tuple[list[Message], list[DeadLetter]]:
    messages: list[Message] = []
    letters: list[DeadLetter] = []
    decoded = decode_all(envelopes, profiles, now_ms=now_ms)
    for envelope, found in zip(envelopes, decoded, strict=True):
        if not isinstance(found, InvalidMessageError):
            messages.append(found)
            continue
        log.warning(
            "Dead letter from %r: %s",
            envelope.device_id,
            found,
            extra=describe(envelope),
        )
        letters.append(DeadLetter(envelope, found.reason, found.text))
    return messages, letters


def _reject_unscorable(
    lanes: Sequence[Lane], results: Sequence[Scored | None], overtaken: AbstractSet[str]
) -> list[DeadLetter]:
    placed = [(lane.device_id, placed.message) for lane in lanes for placed in lane.placed]
    return [
        DeadLetter(message.envelope, "scoring-failed", "the model failed on it; the log says how")
        for (device_id, message), scored in zip(placed, results, strict=True)
        if scored is None and device_id not in overtaken
    ]


def _reject_unplaced(
    messages: Sequence[Message], unplaced: Mapping[str, RefusedError]
) -> list[DeadLetter]:
    for device_id, refusal in unplaced.items():
        log.warning("Dead letters from %r: %s", device_id, refusal, extra=about(device=device_id))
    return [
        DeadLetter(message.envelope, "refused", str(unplaced[message.device_id]))
        for message in messages
        if message.device_id in unplaced
    ]


async def _put_letter(letter: DeadLetter, dead_letters: DeadLetters) -> None:
    try:
        await dead_letters.put(letter)
    except RefusedError as error:
        # Nothing is left but to tell: it must not hold up its partition for ever.
        log.error(  # noqa: TRY400 (told)
            "A message of %r is lost: %s",
            letter.envelope.device_id,
            error,
            extra=describe(letter.envelope),
        )


def _show(
    live: LiveBeside, records: Sequence[DeviceRecord], places: Mapping[str, Place] = NO_PLACES
) -> None:
    """Handed over a site at a time. A browser that misses a reading is up to date with the next."""
    by_site: dict[str, dict[str, Document]] = {}
    for record in records:
        by_site.setdefault(record.site_id, {})[record.device_id] = _live_reading(record)
    for site_id, readings in by_site.items():
        live.offer(site_id, readings, places)


def _live_reading(record: DeviceRecord) -> Document:
    """What a browser is told of a device."""
    return {
        "deviceId": record.device_id,
        "profile": record.profile,
        "t": record.last_t,
        "values": record.latest,
        "score": record.score,
        "threshold": record.threshold,
        "anomalous": record.anomalous,
        "sensors": record.sensors,
        "limits": list(record.passed_limits),
        "enqueuedAt": record.enqueued_at,
        "silentAfterMs": record.silent_after_ms,
        "notScored": None if record.not_scored is None else record.not_scored.to_document(),
        "state": record.state,
        "stateSince": record.standing.operating.since,
        "remarks": list(record.remarks),
    }
