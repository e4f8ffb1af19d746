"""Operators acknowledge, shelve, close and comment; only the database is needed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tocsin.domain.errors import NotFoundError, OutdatedError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.incidents.tend import tend_incident
from tocsin.domain.incidents.windows import cover_with
from tocsin.usecases.incidents.change_incidents import IncidentRoom, change_incidents

Change = Callable[[Incident], Incident]


async def find_incident(site_id: str, incident_id: str, room: IncidentRoom) -> Incident:
    """Raises NotFoundError."""
    found = await room.incidents.find_incident(site_id, incident_id)
    if found is None:
        raise NotFoundError(f"site {site_id!r:.80} has no incident {incident_id!r:.80}")
    return found


async def act_on_incident(
    site_id: str,
    incident_id: str,
    change: Change,
    room: IncidentRoom,
    *,
    revision: int | None = None,
) -> Incident:
    """The incident after *change*; as it was where that changes nothing.

    revision: the number of the last entry of its story that whoever acts has seen; None for any.

    Raises NotFoundError, OutdatedError where it has gone on, what *change* raises,
    ChangedMeanwhileError and DeliveryError.
    """
    settled = await find_incident(site_id, incident_id, room)
    buildings = await room.places.list_buildings(site_id)
    seen = settled

    def decide(site: LiveSite) -> list[Incident]:
        nonlocal seen
        live = {incident.incident_id: incident for incident in site.incidents}
        before = live.get(incident_id, settled)
        _check_revision(before, revision)
        after = _change(before, change, site, buildings, room)
        seen = after
        return [] if after is before else [after]

    changed = await change_incidents(site_id, decide, room)
    return changed[0] if changed else seen


def _check_revision(incident: Incident, revision: int | None) -> None:
    last = incident.timeline.last
    if revision is not None and revision != last:
        raise OutdatedError(
            f"the incident is at revision {last}, not {revision}; look at it again, then decide"
        )


def _change(
    before: Incident,
    change: Change,
    site: LiveSite,
    buildings: Mapping[str, str],
    room: IncidentRoom,
) -> Incident:
    after = change(before)
    if after is before:
        return before
    # What is said of one that was done with is recorded like all else, and so it is live again.
    now_ms = room.now_ms()
    covers = cover_with(site.windows, buildings, now_ms)
    return tend_incident(replace(after, settled_at=None), covers, room.policy, now_ms)
