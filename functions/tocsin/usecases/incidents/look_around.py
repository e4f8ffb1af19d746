"""What is known of alerts beside themselves: values, usual ranges, places, moves of work.

None of it is needed to open an incident, so whatever is away is left out and said in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.errors import TocsinError
from tocsin.domain.incidents.join import Surroundings
from tocsin.domain.incidents.sources import TopChannel
from tocsin.domain.incidents.top_channels import Ranges, rank_channels
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.profile import Profile
from tocsin.planning.inputs.tasks import parse_tasks
from tocsin.usecases.ports.incidents import Places
from tocsin.usecases.ports.operators import Fleet, References
from tocsin.usecases.ports.planning import Plans, SiteSettings

MOVED_MS = 10 * 60 * 1_000  # so long after a move an alert may come of it
WITHIN_S = 2.0

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Lookout:
    """Where it is looked up."""

    fleet: Fleet
    plans: Plans
    settings: SiteSettings
    references: References
    profiles: Mapping[str, Profile]
    within_s: float = WITHIN_S


async def look_around(
    site_id: str, alerts: Sequence[Alert], places: Places, lookout: Lookout, now_ms: int
) -> Surroundings:
    """What joins alerts of a site to each other, and how urgent they are."""
    buildings = await places.list_buildings(site_id)
    if all(alert.change == "cleared" for alert in alerts):
        return Surroundings(buildings)
    since_ms = now_ms - MOVED_MS
    plans = await _try(lookout.plans.list_recent(site_id, since_ms=since_ms), lookout) or []
    recent = [plan for plan in plans if plan.created_at >= since_ms]
    priorities = await _try(_find_priorities(site_id, plans, lookout), lookout) or {}
    return Surroundings(buildings, _find_moves(recent), priorities)


async def find_top(alert: Alert, lookout: Lookout) -> tuple[TopChannel, ...]:
    """The channels that gave the device away; empty where no score raised the alert."""
    if alert.cause != "score" or not alert.contributions:
        return ()
    device = await _try(lookout.fleet.device(alert.device_id), lookout)
    values = {} if device is None else device.latest
    return rank_channels(alert, values, await _try(_find_usual(alert, lookout), lookout) or {})


async def _find_usual(alert: Alert, lookout: Lookout) -> Ranges:
    """From the first to the last decile of what the model was made on."""
    profile = lookout.profiles.get(alert.profile)
    if profile is None:
        return {}
    _, reference = await lookout.references.active(profile)
    return {
        name: (known.edges[0], known.edges[-1])
        for name, known in reference.channels.items()
        if known.edges
    }


def _find_moves(plans: Sequence[StoredPlan]) -> dict[str, frozenset[str]]:
    moves: dict[str, set[str]] = {}
    for plan in plans:
        for move in plan.migrations:
            if move.source is not None:
                moves.setdefault(move.target, set()).add(move.source)
    return {target: frozenset(sources) for target, sources in moves.items()}


async def _find_priorities(
    site_id: str, plans: Sequence[StoredPlan], lookout: Lookout
) -> dict[str, float]:
    """Of the tasks that each device runs after the newest plan."""
    newest = max(plans, key=lambda plan: plan.version, default=None)
    setting = None if newest is None else await lookout.settings.find_setting("tasks", site_id)
    if newest is None or setting is None:
        return {}
    tasks = parse_tasks(setting.entry.content, site_id)
    priorities: dict[str, float] = {}
    for task_id, device_id in newest.allocation.items():
        if device_id is not None and task_id in tasks:
            known = priorities.get(device_id, 0.0)
            priorities[device_id] = max(known, tasks[task_id].priority)
    return priorities


async def _try(asked: Awaitable[Answer], lookout: Lookout) -> Answer | None:
    try:
        async with asyncio.timeout(lookout.within_s):
            return await asked
    except (TocsinError, TimeoutError) as error:
        log.warning("An incident says less than it could: %s", str(error) or "no answer in time")
        return None
