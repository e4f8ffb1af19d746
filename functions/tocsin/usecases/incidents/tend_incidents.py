"""By the clock: hold, release, announce and close what is due at every site."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.incidents.tend import tend_incident
from tocsin.domain.incidents.windows import cover_with
from tocsin.domain.insights.log_about import about
from tocsin.usecases.incidents.change_incidents import AT_ONCE, IncidentRoom, change_incidents

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tended:
    """How many incidents changed, and the sites that were not tended, with the reason."""

    changed: int
    missed: Mapping[str, str]


async def tend_incidents(room: IncidentRoom) -> Tended:
    """Tend every site with an incident that is live, side by side; one that cannot be tended holds
    up no other, and is tended by the next call. Raises DeliveryError."""
    sites = await room.incidents.list_live_sites()
    missed: dict[str, str] = {}

    async def tend(site_id: str) -> int:
        try:
            return len(await tend_site(site_id, room))
        except (ChangedMeanwhileError, DeliveryError) as error:
            log.warning(
                "The incidents of site %.80r wait: %s", site_id, error, extra=about(site=site_id)
            )
            missed[site_id] = str(error)
            return 0

    counts = await asyncio.gather(*map(tend, sites))
    return Tended(sum(counts), missed)


async def tend_site(site_id: str, room: IncidentRoom) -> list[Incident]:
    """Everything that is due at one site."""
    buildings = await room.places.list_buildings(site_id)
    changed: list[Incident] = []
    while True:
        some = await change_incidents(
            site_id, lambda site: tend_all(site, buildings, room)[:AT_ONCE], room
        )
        changed += some
        if len(some) < AT_ONCE:
            return changed


def tend_all(site: LiveSite, buildings: Mapping[str, str], room: IncidentRoom) -> list[Incident]:
    """Those that are not as they were; the others are not written."""
    now_ms = room.now_ms()
    covers = cover_with(site.windows, buildings, now_ms)
    changed = []
    for incident in site.incidents:
        # Saving it records first what was left, so that what is done with can settle.
        recorded = replace(incident, timeline=incident.timeline.mark_recorded())
        after = tend_incident(recorded, covers, room.policy, now_ms)
        if after is not recorded:
            changed.append(after)
    return changed
