"""Operators set maintenance windows, take them away, and try them on the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.domain.errors import ChangedMeanwhileError, InvalidRequestError, NotFoundError
from tocsin.domain.incidents.announcements import announce_removal
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.window_documents import write_window
from tocsin.domain.incidents.windows import Window, cover_with
from tocsin.usecases.incidents.change_incidents import ATTEMPTS, IncidentRoom
from tocsin.usecases.incidents.look_back import look_back
from tocsin.usecases.maintenance.announce_windows import tell_announcement
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.notifications import Desks

MOST_WINDOWS = 200  # of a site: all of them are read with its incidents


@dataclass(frozen=True, slots=True)
class Trial:
    """What a window would have done.

    ``looked_at``: announced incidents of the time; ``held``: those that it would have held when
    they were announced. ``cut``: there were more.
    """

    looked_at: int
    held: tuple[Incident, ...]
    cut: bool


async def set_window(window: Window, room: IncidentRoom) -> None:
    """Set *window* in place of the one with its id. Who did it is in the window itself, so that no
    end of the process loses it before the audit has it.

    Raises InvalidRequestError where the site has too many, ChangedMeanwhileError, DeliveryError.
    """
    before: Window | None = None
    for attempt in range(ATTEMPTS):
        site = await room.incidents.load_site(window.site_id)
        before = next((each for each in site.windows if each.window_id == window.window_id), None)
        if before is None and len(site.windows) >= MOST_WINDOWS:
            raise InvalidRequestError(
                f"the site has {MOST_WINDOWS} windows already; remove those that are over"
            )
        try:
            # What people know of the one in its place, they know of it.
            after = replace(window, told=before is not None and before.told)
            await room.incidents.save_window(site, after)
            break
        except ChangedMeanwhileError:
            if attempt == ATTEMPTS - 1:
                raise
    await room.incidents.record([_write_audit(window.by, window.at, before, window)])


async def remove_window(
    site_id: str, window_id: str, *, operator: str, room: IncidentRoom, desks: Desks
) -> None:
    """Take a window away; what it held is released when it is tended next.

    It is recorded first: nothing that is left would tell of it. Raises NotFoundError.
    """
    for attempt in range(ATTEMPTS):
        site = await room.incidents.load_site(site_id)
        before = next((each for each in site.windows if each.window_id == window_id), None)
        if before is None:
            raise NotFoundError(f"site {site_id!r:.80} has no such window")
        await room.incidents.record([_write_audit(operator, room.now_ms(), before, None)])
        try:
            await room.incidents.delete_window(site, window_id)
            ended = announce_removal(before, room.now_ms())
            if ended is not None:
                await tell_announcement(ended, room, desks)
        except ChangedMeanwhileError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


async def try_window(window: Window, days: int, room: IncidentRoom) -> Trial:
    """What *window* would have held of the incidents that were announced in the last *days*."""
    buildings = await room.places.list_buildings(window.site_id)
    past = await look_back(window.site_id, days, room.incidents, room.now_ms())
    held = [incident for incident in past.incidents if _would_hold(window, incident, buildings)]
    return Trial(len(past.incidents), tuple(held), past.cut)


def _would_hold(window: Window, incident: Incident, buildings: Mapping[str, str]) -> bool:
    assert incident.announced_at is not None, "only announced ones are tried"
    covers = cover_with([window], buildings, incident.announced_at)
    return all(covers(source) for source in incident.process.sources)


def _write_audit(operator: str, at: int, before: Window | None, after: Window | None) -> Document:
    window = after or before
    assert window is not None, "nothing was changed"
    return {
        "id": f"{window.window_id}:{at}",
        "type": "window",
        "siteId": window.site_id,
        "by": operator,
        "at": at,
        "before": None if before is None else write_window(before),
        "after": None if after is None else write_window(after),
    }
