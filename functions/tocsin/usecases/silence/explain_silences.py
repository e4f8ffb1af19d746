"""By the clock: the incident of a silence says which readings of that time came later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import or_

from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, NotFoundError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.late import LateReadings, explain_gaps, find_late, list_gaps
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.domain.incidents.sources import Source
from tocsin.domain.insights.log_about import about
from tocsin.usecases.incidents.act_on_incident import act_on_incident
from tocsin.usecases.incidents.change_incidents import IncidentRoom
from tocsin.usecases.ports.operators import Feedback, Fleet
from tocsin.usecases.scoring.device_memory import BoundedMemory

PAST_MS = 24 * 60 * 60 * 1_000  # an incident that was opened longer ago is not looked at
OFTEN_MS = 30 * 60 * 1_000  # so long after it cleared each time; then once an hour
MOST_INCIDENTS = 200  # of a site, the newest
MOST_MESSAGES = 2_000  # of one silence: what is more is not counted
SOME_MESSAGES, SOME_MS = 20, 10 * 60 * 1_000  # from right after it
LOOKS_AN_HOUR = 12
READS_AT_ONCE = 8

log = logging.getLogger(__name__)


@dataclass(slots=True)
class LateMemory:
    """What one process found at its last look, by incident and device; losing it costs a look.

    look: how many looks there were.
    """

    found: BoundedMemory[int] = field(default_factory=BoundedMemory)
    look: int = 0


async def explain_silences(
    room: IncidentRoom, fleet: Fleet, messages: Feedback, memory: LateMemory
) -> list[Incident]:
    """The incidents that have more to say. While readings go on to come, it is told when they have
    doubled, and when no more came since the last look."""
    memory.look += 1
    changed: list[Incident] = []
    for site_id in await fleet.sites():
        query = IncidentQuery(site_id, most=MOST_INCIDENTS)
        try:
            page = await room.incidents.list_incidents(query)
            for incident in page.incidents:
                changed += await _explain(incident, room, messages, memory)
        except (DeliveryError, ChangedMeanwhileError, NotFoundError) as error:
            log.warning(
                "Silences of site %.80r are explained later: %s",
                site_id,
                error,
                extra=about(site=site_id),
            )
    return changed


async def _explain(
    incident: Incident, room: IncidentRoom, messages: Feedback, memory: LateMemory
) -> list[Incident]:
    now_ms = room.now_ms()
    silent = [source for source in incident.process.sources if list_gaps(source)]
    if not silent or not _is_due(incident, memory.look, now_ms):
        return []
    found = await _find_each(silent, messages)
    news = {
        source.device_id: found[source.device_id]
        for source in silent
        if source.device_id in found
        if _is_news(incident.incident_id, source, found[source.device_id], memory)
    }
    if not news:
        return []
    change = partial(explain_gaps, found=news, now_ms=now_ms)
    return [await act_on_incident(incident.site_id, incident.incident_id, change, room)]


def _is_due(incident: Incident, look: int, now_ms: int) -> bool:
    if now_ms - incident.opened_at > PAST_MS:
        return False
    clear_at = incident.process.clear_at
    is_fresh = clear_at is None or now_ms - clear_at <= OFTEN_MS
    return is_fresh or look % LOOKS_AN_HOUR == 0


def _is_news(incident_id: str, source: Source, late: LateReadings, memory: LateMemory) -> bool:
    key = f"{incident_id}/{source.device_id}"
    before = memory.found.get(key)
    memory.found.update({key: late.readings})
    if late.readings <= source.came_later:
        return False
    return before == late.readings or late.readings >= 2 * source.came_later


async def _find_each(sources: Collection[Source], messages: Feedback) -> Mapping[str, LateReadings]:
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def find(source: Source) -> LateReadings | None:
        parts = []
        for from_t, to_t in list_gaps(source):
            async with limit:
                parts.append(await _find_gap(source.device_id, from_t, to_t, messages))
        late = [part for part in parts if part is not None]
        return reduce(or_, late) if late else None

    found = await asyncio.gather(*map(find, sources))
    return {
        source.device_id: late
        for source, late in zip(sources, found, strict=True)
        if late is not None
    }


async def _find_gap(
    device_id: str, from_t: int, to_t: int, messages: Feedback
) -> LateReadings | None:
    gap = await messages.arrivals(device_id, from_t=from_t, to_t=to_t, most=MOST_MESSAGES)
    if not gap:
        return None
    after = await messages.arrivals(
        device_id, from_t=to_t + 1, to_t=to_t + SOME_MS, most=SOME_MESSAGES
    )
    return find_late(gap, after)
