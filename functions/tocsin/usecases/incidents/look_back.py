"""The incidents of the last days of which people were told, for what is tried on them."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.usecases.ports.incidents import Incidents

MOST_TRIED = 2_000
PAGE = 200
DAY_MS = 24 * 60 * 60 * 1_000


@dataclass(frozen=True, slots=True)
class Past:
    """``incidents``: those that were announced, the newest MOST_TRIED. ``cut``: there were more."""

    incidents: tuple[Incident, ...]
    cut: bool


async def look_back(site_id: str, days: int, incidents: Incidents, now_ms: int) -> Past:
    """Raises DeliveryError."""
    since_ms = now_ms - days * DAY_MS
    found: list[Incident] = []
    before: str | None = None
    while len(found) < MOST_TRIED:
        page = await incidents.list_incidents(IncidentQuery(site_id, before=before, most=PAGE))
        recent = [incident for incident in page.incidents if incident.opened_at >= since_ms]
        found += [incident for incident in recent if incident.announced_at is not None]
        before = page.older
        if before is None or len(recent) < len(page.incidents):
            break
    return Past(tuple(found[:MOST_TRIED]), len(found) > MOST_TRIED)
