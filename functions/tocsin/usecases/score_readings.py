"""From a batch of events to stored, scored readings, device states, alerts and live messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.alerts import alert_document
from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.errors import DeliveryError, InvalidMessageError
from tocsin.domain.fleet import DeviceState, device_document
from tocsin.domain.profile import Profile
from tocsin.domain.readings import Scored, reading_document
from tocsin.domain.scoring import decide
from tocsin.domain.telemetry import Envelope, Message, decode
from tocsin.usecases.device_memory import DeviceMemory
from tocsin.usecases.place_messages import Lane, place_messages
from tocsin.usecases.ports import DeadLetters, Document, Live, Models, Telemetry
from tocsin.usecases.score_batch import score_batch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, in counts."""

    messages: int
    readings: int
    late: int
    dead_letters: int
    alerts: int


@dataclass(frozen=True, slots=True)
class _Decided:
    """One device after its batch. ``newest`` is None when all its messages were late."""

    state: DeviceState
    newest: Scored | None
    alerts: list[Document]


async def score_readings(
    envelopes: Sequence[Envelope],
    *,
    profiles: Mapping[str, Profile],
    memory: DeviceMemory,
    store: Telemetry,
    models: Models,
    dead_letters: DeadLetters,
    live: Live,
    now_ms: Callable[[], int],
) -> Outcome:
    """Store and score a batch; safe to run again with the same events.

    One unusable event becomes a dead letter and harms no other. Alerts are written before
    readings and these before device states, and *memory* changes last: a run that breaks off
    leaves what a second run of the same batch completes. Raises what the store or the dead-letter
    box raises when they stay away, so that the batch is delivered again.
    """
    messages, letters = _decode_all(envelopes, profiles, now_ms())
    await asyncio.gather(*(dead_letters.put(letter) for letter in letters))
    lanes = await place_messages(messages, memory, store)
    scored = await score_batch([one for lane in lanes for one in lane.placed], models)
    in_order = iter(scored)
    decided = [_decide(lane, in_order) for lane in lanes]
    await _save(store, scored, decided)
    memory.update({lane.device_id: one.state for lane, one in zip(lanes, decided, strict=True)})
    await _show(live, [one.newest for one in decided if one.newest is not None])
    return Outcome(
        messages=len(messages),
        readings=sum(len(message.t) for message in messages),
        late=sum(one.late for lane in lanes for one in lane.placed),
        dead_letters=len(letters),
        alerts=sum(len(one.alerts) for one in decided),
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


def _decide(lane: Lane, scored: Iterator[Scored]) -> _Decided:
    """Step the device's alert state over its messages; late and unscored ones decide nothing."""
    alert = lane.before.alert
    newest: Scored | None = None
    alerts: list[Document] = []
    for placed in lane.placed:
        one = next(scored)
        if placed.late:
            continue
        newest = one
        if one.spec is None:
            continue
        raised_t = alert.open_since
        times = one.message.t.tolist()
        alert, changes = decide(alert, times, one.anomalous.tolist(), one.spec.hysteresis)
        for index, change in changes:
            raised_t = times[index] if change == "raised" else raised_t
            assert raised_t is not None, "an alert is cleared only after it was raised"
            alerts.append(alert_document(one, index, change, raised_t))
    return _Decided(replace(lane.after, alert=alert), newest, alerts)


async def _save(store: Telemetry, scored: Sequence[Scored], decided: Sequence[_Decided]) -> None:
    await store.save_alerts([alert for one in decided for alert in one.alerts])
    await store.save_readings([reading_document(one) for one in scored])
    await store.save_devices(
        [device_document(one.newest, one.state) for one in decided if one.newest is not None]
    )


async def _show(live: Live, newest: Sequence[Scored]) -> None:
    """One message a site. A browser that misses one is up to date with the next."""
    by_site: dict[str, list[Document]] = {}
    for scored in newest:
        by_site.setdefault(scored.message.site_id, []).append(_live_reading(scored))
    await asyncio.gather(*(_show_site(live, *of_site) for of_site in by_site.items()))


async def _show_site(live: Live, site_id: str, devices: Sequence[Document]) -> None:
    try:
        await live.send(site_id, {"type": "telemetry", "siteId": site_id, "devices": devices})
    except DeliveryError as error:
        log.warning("Live telemetry of site %r not sent: %s", site_id, error)


def _live_reading(scored: Scored) -> Document:
    message = scored.message
    return {
        "deviceId": message.device_id,
        "profile": message.profile.name,
        "t": message.last_t,
        "values": scored.latest_values(),
        "score": scored.score_list()[-1],
        "threshold": scored.threshold,
        "anomalous": bool(scored.anomalous[-1]),
    }
