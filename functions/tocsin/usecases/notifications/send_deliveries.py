"""Send what was claimed: channels side by side, each with its time limit."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.errors import (
    AddresseeAwayError,
    DeliveryError,
    RefusedError,
    ThrottledError,
)
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.insights.log_about import about
from tocsin.domain.insights.metering import DELIVERIES, Labels, Measurement
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.words import Note, write_note
from tocsin.domain.tracing.told_spans import list_told_spans
from tocsin.usecases.notifications.notify_lanes import Lanes
from tocsin.usecases.ports.incidents import Incidents
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.notifications import Desks, Senders
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.trace_batch import NOWHERE

SEND_S = 10.0  # for one message
LANE_S = 20.0  # for all of a channel; with the last of them still less than a claim lasts
LONGEST_ASKED_MS = 60 * 60 * 1_000
LONGEST_TEXT = 4_000  # of what is kept of a message
SETTLE_ATTEMPTS = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NotifyRoom:
    """What all work on notifications needs. ``now_ms``: our clock; ``clock_s``: one that measures
    how long sending takes; ``page_url``: where messages link to, "" for nowhere;
    ``meter``, ``traces``: what is measured and traced of it."""

    desks: Desks
    incidents: Incidents
    senders: Senders
    lanes: Lanes
    now_ms: Callable[[], int]
    page_url: str = ""
    send_s: float = SEND_S
    lane_s: float = LANE_S
    clock_s: Callable[[], float] = time.monotonic
    meter: Meter = UNMETERED
    traces: Traces = NOWHERE


async def send_deliveries(
    claimed: Sequence[Delivery], incidents: Mapping[str, Incident], room: NotifyRoom
) -> list[Delivery]:
    """What became of each, saved as soon as it is known. One that cannot be saved is sent again
    when its claim is over."""
    by_lane: dict[str, list[Delivery]] = {}
    for delivery in claimed:
        assert delivery.target is not None, "only what has a target is claimed"
        by_lane.setdefault(delivery.target.lane, []).append(delivery)
    lanes = [_send_lane(lane, some, incidents, room) for lane, some in by_lane.items()]
    return [done for some in await asyncio.gather(*lanes) for done in some]


async def _send_lane(
    lane: str,
    deliveries: Sequence[Delivery],
    incidents: Mapping[str, Incident],
    room: NotifyRoom,
) -> list[Delivery]:
    """One after the other; the first failure that may pass puts off those behind it."""
    ended: list[Delivery] = []
    began_s = room.clock_s()
    with room.lanes.enter(lane) as is_free:
        for delivery in deliveries:
            if not is_free or room.lanes.rests(lane):
                done = delivery.put_off(f"{lane} is held up by messages before it", room.now_ms())
            elif room.clock_s() - began_s > room.lane_s:
                done = delivery.put_off(f"{lane} is slow just now", room.now_ms())
            else:
                found = [incidents[name] for name in delivery.incident_ids if name in incidents]
                done = await _tell(delivery, found, room)
            log_failed([done])
            await _settle(done, room)
            ended.append(done)
    return ended


def log_failed(deliveries: Sequence[Delivery]) -> None:
    """What people never hear: an alarm looks for this line (infra/dashboards).

    Whoever tries a rule sees by themselves what became of it.
    """
    for each in deliveries:
        if each.status == "failed" and each.kind != "test" and each.target is not None:
            log.error(
                "Site %.80r: delivery %s by %s failed for good: %s",
                each.site_id, each.delivery_id, each.target.lane, each.reason,
                extra=about(site=each.site_id),
            )  # fmt: skip


def measure_deliveries(deliveries: Sequence[Delivery]) -> Iterator[Measurement]:
    """By channel what became of each; of those that somebody tries a rule with, nothing."""
    for each in deliveries:
        if each.kind != "test" and each.target is not None:
            labels = Labels(each.site_id, channel=each.target.channel, outcome=each.status)
            yield Measurement(DELIVERIES, 1, labels)


async def _tell(delivery: Delivery, incidents: Sequence[Incident], room: NotifyRoom) -> Delivery:
    """One attempt, with what is measured and traced of it."""
    began_ms = room.now_ms()
    note = write_note(delivery, incidents, began_ms, room.page_url)
    done = await _send(delivery, note, room)
    room.meter.record(measure_deliveries([done]))
    if room.traces.share > 0:
        spans = list_told_spans(done, incidents, began_ms=began_ms, ended_ms=room.now_ms())
        room.traces.record([*spans])
    return done


async def _send(delivery: Delivery, note: Note, room: NotifyRoom) -> Delivery:
    target = delivery.target
    assert target is not None, "only what has a target is claimed"
    said = replace(delivery, subject=note.subject, text=note.text[:LONGEST_TEXT])
    try:
        async with asyncio.timeout(room.send_s):
            await room.senders[target.channel].send(target, note)
    except RefusedError as error:
        return said.fail(str(error), room.now_ms())
    except AddresseeAwayError as error:
        return said.try_later(str(error), room.now_ms())
    except ThrottledError as error:
        room.lanes.rest(target.lane)
        wait_ms = min(round(error.wait_s * 1_000), LONGEST_ASKED_MS)
        return said.try_later(str(error), room.now_ms(), wait_ms=wait_ms)
    except TimeoutError:
        room.lanes.rest(target.lane)
        return said.try_later(f"no answer within {room.send_s:g} s", room.now_ms())
    except DeliveryError as error:
        room.lanes.rest(target.lane)
        return said.try_later(str(error), room.now_ms())
    return said.mark_sent(room.now_ms())


async def _settle(delivery: Delivery, room: NotifyRoom) -> None:
    for attempt in range(SETTLE_ATTEMPTS):
        try:
            await room.desks.save_outcome(delivery)
        except DeliveryError as error:
            if attempt == SETTLE_ATTEMPTS - 1:
                log.warning(
                    "Site %.80r: what became of delivery %s is not kept, so it is sent again: %s",
                    delivery.site_id, delivery.delivery_id, error,
                    extra=about(site=delivery.site_id),
                )  # fmt: skip
        else:
            return
