"""By the clock: people are told when maintenance starts and ends, where they asked for it."""

from __future__ import annotations

import asyncio
import logging

from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError
from tocsin.domain.incidents.announcements import Announcement, find_announcement
from tocsin.domain.insights.log_about import about
from tocsin.usecases.incidents.change_incidents import IncidentRoom
from tocsin.usecases.notifications.announce_notice import Notice, announce_notice
from tocsin.usecases.ports.notifications import Desks

log = logging.getLogger(__name__)


async def announce_windows(room: IncidentRoom, desks: Desks) -> list[Announcement]:
    """What was announced. Raises DeliveryError.

    First told, then marked: where the process ends in between, it is told once more.
    """
    told: list[Announcement] = []
    for site_id in await room.incidents.list_announcing_sites():
        try:
            told += await _announce_at_site(site_id, room, desks)
        except (ChangedMeanwhileError, DeliveryError) as error:
            log.warning(
                "Maintenance at site %.80r is announced later: %s",
                site_id,
                error,
                extra=about(site=site_id),
            )
    return told


async def _announce_at_site(site_id: str, room: IncidentRoom, desks: Desks) -> list[Announcement]:
    told: list[Announcement] = []
    site = await room.incidents.load_site(site_id)
    for window in site.windows:
        due = find_announcement(window, room.now_ms())
        if due is None:
            continue
        await tell_announcement(due, room, desks)
        await room.incidents.save_window(site, due.window)
        told.append(due)
        site = await room.incidents.load_site(site_id)
    return told


async def tell_announcement(announcement: Announcement, room: IncidentRoom, desks: Desks) -> None:
    """On the record, to those whose rules ask for it, and to those who watch: these read the
    windows again when they connect, so nothing is owed to them.

    Raises ChangedMeanwhileError, DeliveryError where it is not on the record or not to be sent.
    """
    site_id = announcement.window.site_id
    await room.incidents.record([announcement.to_audit()])
    notice = Notice(announcement.subject, announcement.text)
    await announce_notice(site_id, notice, desks, now_ms=announcement.at)
    try:
        async with asyncio.timeout(room.show_s):
            await room.live.send(site_id, announcement.to_message())
    except (DeliveryError, TimeoutError) as error:
        log.warning(
            "Site %.80r: maintenance not shown live: %s",
            site_id, str(error) or "no answer in time", extra=about(site=site_id),
        )  # fmt: skip
