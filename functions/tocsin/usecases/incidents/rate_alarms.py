"""How often people of a site were called, from its stored incidents."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.performance import DAY_MS, Performance, call_of, is_stale, rate_calls
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.usecases.incidents.change_incidents import IncidentRoom

PAGE = 200
MOST = 10_000  # incidents in one answer; a site with more in a month is beyond every bar


@dataclass(frozen=True, slots=True)
class AlarmRating:
    """``from_ms``: since when it counts, later than asked for where there are more than MOST.
    stale: how many incidents are open, active and not held for more than a day, now."""

    from_ms: int
    to_ms: int
    performance: Performance
    stale: int
    opened: int


async def rate_alarms(site_id: str, days: int, room: IncidentRoom) -> AlarmRating:
    """The figures of the last *days*. Raises DeliveryError."""
    now_ms = room.now_ms()
    since_ms = now_ms - days * DAY_MS
    found = await _list_since(site_id, since_ms, room)
    from_ms = found[-1].opened_at if len(found) >= MOST else since_ms
    calls = [call for incident in found if (call := call_of(incident)) is not None]
    site = await room.incidents.load_site(site_id)
    return AlarmRating(
        from_ms=from_ms,
        to_ms=now_ms,
        performance=rate_calls(
            [call for call in calls if call.at >= from_ms], from_ms, max(now_ms, from_ms + 1)
        ),
        stale=sum(is_stale(incident, now_ms) for incident in site.incidents),
        opened=len(found),
    )


async def _list_since(site_id: str, since_ms: int, room: IncidentRoom) -> list[Incident]:
    """Those that were opened since *since_ms*, the newest first."""
    found: list[Incident] = []
    before: str | None = None
    while len(found) < MOST:
        page = await room.incidents.list_incidents(IncidentQuery(site_id, before=before, most=PAGE))
        recent = [incident for incident in page.incidents if incident.opened_at >= since_ms]
        found += recent
        before = page.older
        if before is None or len(recent) < len(page.incidents):
            break
    return found[:MOST]
