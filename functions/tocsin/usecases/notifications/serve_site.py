"""Take a site's turn: decide who has to be told, and tell them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.domain.errors import ChangedMeanwhileError, DamagedDocumentError, DeliveryError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.insights.log_about import about
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.turn import Turn, take_turn
from tocsin.usecases.notifications.change_desk import change_desk
from tocsin.usecases.notifications.send_deliveries import (
    NotifyRoom,
    log_failed,
    measure_deliveries,
    send_deliveries,
)
from tocsin.usecases.ports.notifications import Bell

MOST_TURNS = 5  # what is left then has the next ring
RING_S = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """By status how many deliveries were sent, or failed for now or for good."""

    counts: Mapping[str, int] = field(default_factory=dict)


async def serve_site(site_id: str, room: NotifyRoom) -> Served:
    """All that is due at one site. Raises DeliveryError, and ChangedMeanwhileError where others
    were always quicker; what was decided then comes with the next ring."""
    counts: Counter[str] = Counter()
    for _ in range(MOST_TURNS):
        turn, incidents = await _decide(site_id, room)
        done = await send_deliveries(turn.claimed, incidents, room)
        counts.update(delivery.status for delivery in done)
        if not turn.more:
            break
    return Served(dict(counts))


async def _decide(site_id: str, room: NotifyRoom) -> tuple[Turn, Mapping[str, Incident]]:
    """The turn, saved: whoever is quicker serves the site."""

    async def decide(desk: Desk) -> tuple[Turn, Mapping[str, Incident]]:
        incidents = await _load_incidents(desk, room)
        turn = take_turn(desk, incidents, room.now_ms(), unready=room.lanes.list_unready())
        if turn.changed or turn.desk.board != desk.board:
            await room.desks.save_turn(turn.desk, turn.changed)
            log_failed(turn.changed)
            failed = [delivery for delivery in turn.changed if delivery.status == "failed"]
            room.meter.record(measure_deliveries(failed))
        if turn.overflow:
            log.warning(
                "Site %.80r has so many open incidents that nobody is told of %d of them yet",
                site_id, turn.overflow, extra=about(site=site_id),
            )  # fmt: skip
        return turn, incidents

    return await change_desk(site_id, room.desks, decide)


async def _load_incidents(desk: Desk, room: NotifyRoom) -> dict[str, Incident]:
    """The live ones, and those that are over and still have to be said so."""
    if not desk.rules and not desk.pending:
        return {}
    site = await room.incidents.load_site(desk.site_id)
    found = {incident.incident_id: incident for incident in site.incidents}
    for name in sorted(desk.incident_ids - found.keys()):
        try:
            incident = await room.incidents.find_incident(desk.site_id, name)
        except DamagedDocumentError as error:
            log.error("Nobody is told more of an incident: %s", error)  # noqa: TRY400 (told)
            continue
        if incident is not None:
            found[name] = incident
    return found


async def ring_sites(room: NotifyRoom, bell: Bell) -> int:
    """Have every site served that may need it; returns how many.

    By the queue, so that no channel of one site holds up another; where it is away, here.
    """
    sites = await room.desks.list_notifying_sites()
    await asyncio.gather(*(_ring(site_id, room, bell) for site_id in sites))
    return len(sites)


async def _ring(site_id: str, room: NotifyRoom, bell: Bell) -> None:
    try:
        async with asyncio.timeout(RING_S):
            await bell.ring(site_id)
    except (DeliveryError, TimeoutError) as error:
        log.warning(
            "Site %.80r is served without the queue: %s",
            site_id,
            str(error) or "no answer in time",
            extra=about(site=site_id),
        )
        await serve_quietly(site_id, room)


async def serve_quietly(site_id: str, room: NotifyRoom) -> Served:
    """As ``serve_site``; what fails is logged, since the clock has it done again in seconds."""
    try:
        return await serve_site(site_id, room)
    except (ChangedMeanwhileError, DeliveryError) as error:
        log.warning(
            "Notifications of site %.80r wait: %s", site_id, error, extra=about(site=site_id)
        )
        return Served()
