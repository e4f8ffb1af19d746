"""Change incidents of a site: decided from what is stored, saved all or none, on the record, shown.

Somebody else may save while we decide; then all of it is read and decided anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError
from tocsin.domain.incidents.documents import write_audits
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.policy import DEFAULT_POLICY, Policy
from tocsin.domain.incidents.shown import show_incident
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.insights.log_about import about
from tocsin.usecases.ports.incidents import Incidents, Places
from tocsin.usecases.ports.operators import Live

ATTEMPTS = 8  # each failed one means that another succeeded
AT_ONCE = 40  # incidents in one write: the database takes 100 documents, and 2 MB
SHOW_S = 2.0

log = logging.getLogger(__name__)

Decide = Callable[[LiveSite], Sequence[Incident]]


@dataclass(frozen=True, slots=True)
class IncidentRoom:
    """What all work on incidents needs. ``now_ms``: our clock."""

    incidents: Incidents
    places: Places
    live: Live
    now_ms: Callable[[], int]
    policy: Policy = DEFAULT_POLICY
    show_s: float = SHOW_S


async def change_incidents(site_id: str, decide: Decide, room: IncidentRoom) -> list[Incident]:
    """Save what *decide* makes of the site; returns what changed.

    decide: from the site as it is stored to the incidents that are new or changed, at most AT_ONCE;
        called again where somebody else was quicker. What it raises ends the attempt.

    Raises ChangedMeanwhileError where others were always quicker, and DeliveryError.
    """
    for _ in range(ATTEMPTS):
        site = await room.incidents.load_site(site_id)
        changed = [*decide(site)]
        if not changed:
            return []
        try:
            return await save_changed(site, changed, room)
        except ChangedMeanwhileError:
            log.info(
                "The incidents of site %.80r changed meanwhile; decided anew",
                site_id,
                extra=about(site=site_id),
            )
    raise ChangedMeanwhileError("the incidents of the site keep changing; try again")


async def save_changed(
    site: LiveSite, changed: Sequence[Incident], room: IncidentRoom
) -> list[Incident]:
    """Save *changed*, record what happened to them, and show them."""
    before = {incident.incident_id: incident for incident in site.incidents}
    left = [
        document
        for incident in changed
        if incident.incident_id in before
        for document in write_audits(before[incident.incident_id])
    ]
    # What the write before this one could not record, if its process ended too soon.
    await room.incidents.record(left)
    marked = [_mark_recorded(incident, before.get(incident.incident_id)) for incident in changed]
    await room.incidents.save_incidents(site, marked)
    await asyncio.gather(_record(marked, room), _show(site.site_id, marked, room))
    return marked


def _mark_recorded(incident: Incident, before: Incident | None) -> Incident:
    """Of one that is not among the live ones nothing was left: it had settled, or it is new."""
    recorded = incident.timeline.recorded if before is None else before.timeline.last
    return replace(incident, timeline=replace(incident.timeline, recorded=recorded))


async def _record(incidents: Sequence[Incident], room: IncidentRoom) -> None:
    documents = [document for incident in incidents for document in write_audits(incident)]
    try:
        await room.incidents.record(documents)
    except DeliveryError as error:
        # It is in the incident, and is recorded before the next change of it.
        log.warning("%d changes of incidents are not in the audit yet: %s", len(documents), error)


async def _show(site_id: str, incidents: Sequence[Incident], room: IncidentRoom) -> None:
    """Whoever watches reads the incidents again when they connect, so nothing is owed here."""
    try:
        async with asyncio.timeout(room.show_s):
            for incident in incidents:
                shown = show_incident(incident, room.now_ms())
                await room.live.send(
                    site_id, {"type": "incident", "siteId": site_id, "incident": shown}
                )
    except (DeliveryError, TimeoutError) as error:
        log.warning(
            "Site %.80r: incidents not shown live: %s",
            site_id,
            str(error) or "no answer in time",
            extra=about(site=site_id),
        )
