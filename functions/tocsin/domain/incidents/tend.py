"""What becomes of an incident as time goes by: held, released, announced, closed, settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tocsin.domain.incidents.handling import OURSELVES, Handling
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.policy import Policy
from tocsin.domain.incidents.sources import Source
from tocsin.domain.incidents.suppression import Suppression


@dataclass(frozen=True, slots=True)
class Cover:
    """The ids of the windows that cover a device just now, by their kind."""

    maintenance: tuple[str, ...] = ()
    out_of_service: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.maintenance or self.out_of_service)


Covers = Callable[[Source], Cover]


def cover_nothing(_: Source) -> Cover:
    """Where there are no windows."""
    return Cover()


def tend_incident(incident: Incident, covers: Covers, policy: Policy, now_ms: int) -> Incident:
    """The incident as it is at *now_ms*; the very same where nothing changed.

    covers: which windows cover a device now. To tend it once more changes nothing.
    """
    if not incident.is_live:
        return incident
    after = _end_shelf(incident, now_ms)
    after = _update_suppression(after, covers, policy, now_ms)
    after = _announce(after, policy, now_ms)
    after = _close(after, policy, now_ms)
    return _settle(after, policy, now_ms)


def _end_shelf(incident: Incident, now_ms: int) -> Incident:
    shelf = incident.suppression.shelf
    if shelf is None:
        return incident
    is_over = now_ms >= shelf.until or (shelf.once and not incident.process.is_active)
    if not is_over:
        return incident
    why = "its time is over" if now_ms >= shelf.until else "it cleared"
    return replace(
        incident, suppression=replace(incident.suppression, shelf=None)
    ).tell("unshelved", now_ms, OURSELVES, why)  # fmt: skip


def _update_suppression(
    incident: Incident, covers: Covers, policy: Policy, now_ms: int
) -> Incident:
    before = incident.suppression
    cover = _cover_all(incident, covers)
    flapping = _is_flapping(incident, policy, now_ms)
    after = Suppression(before.shelf, cover.maintenance, cover.out_of_service, flapping)
    if after == before:
        return incident
    changed = replace(incident, suppression=after)
    if after.reasons == before.reasons:
        return changed
    return changed.tell(
        "held" if set(after.reasons) - set(before.reasons) else "released",
        now_ms,
        before=", ".join(before.reasons),
        after=", ".join(after.reasons),
    )


def _cover_all(incident: Incident, covers: Covers) -> Cover:
    """The windows, where they cover every device that is active: one outside them is news."""
    found = [covers(source) for source in incident.process.sources if source.is_active]
    if not found or not all(found):
        return Cover()
    return Cover(
        tuple(sorted({name for cover in found for name in cover.maintenance})),
        tuple(sorted({name for cover in found for name in cover.out_of_service})),
    )


def _is_flapping(incident: Incident, policy: Policy, now_ms: int) -> bool:
    changes = incident.process.count_changes(now_ms - policy.flap_window_ms)
    if incident.suppression.flapping:
        return changes > policy.flap_off
    return changes >= policy.flap_on


def _announce(incident: Incident, policy: Policy, now_ms: int) -> Incident:
    active_at = incident.process.active_at
    is_due = active_at is not None and now_ms - active_at >= policy.group_wait_ms
    # It was over before anybody could be told, and is said all the same.
    is_due = is_due or incident.process.came_late
    is_quiet = incident.suppression.is_held or incident.handling.is_closed
    if incident.announced_at is not None or not is_due or is_quiet:
        return incident
    return replace(incident, announced_at=now_ms).tell("announced", now_ms)


def _close(incident: Incident, policy: Policy, now_ms: int) -> Incident:
    """What has long cleared closes by itself, unless somebody has put it aside."""
    shelf = incident.suppression.shelf
    if incident.handling.is_closed or shelf is not None or not _is_quiet(incident, policy, now_ms):
        return incident
    closed = replace(incident, handling=Handling("closed", OURSELVES, now_ms))
    return closed.tell("closed", now_ms, before=incident.handling.state, after="closed")


def _settle(incident: Incident, policy: Policy, now_ms: int) -> Incident:
    handling = incident.handling
    waits = (
        not handling.is_closed
        or incident.process.is_active
        or (handling.forced and not _is_quiet(incident, policy, now_ms))
        or bool(incident.timeline.unrecorded)
    )
    return incident if waits else replace(incident, settled_at=now_ms)


def _is_quiet(incident: Incident, policy: Policy, now_ms: int) -> bool:
    clear_at = incident.process.clear_at
    return clear_at is not None and now_ms - clear_at >= policy.quiet_ms
