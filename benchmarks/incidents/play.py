"""Play a month through the use cases of the product, over fakes and with a clock of its own."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.incidents.month import (
    BUILDINGS,
    DAYS,
    DEVICES,
    MAINTAINED,
    NIGHT_LASTS_MS,
    NIGHT_MS,
    SITE,
    START_MS,
    Month,
    building_of,
    name_device,
)
from tests.fakes.plans import stored_plan
from tests.fakes.services import Plant
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.performance import is_stale
from tocsin.domain.incidents.policy import DEFAULT_POLICY
from tocsin.domain.incidents.recurrence import DAY_MS, Recurrence
from tocsin.domain.incidents.windows import Scope, Window
from tocsin.usecases.incidents.join_alerts import join_alerts
from tocsin.usecases.incidents.tend_incidents import tend_incidents
from tocsin.usecases.maintenance.keep_windows import set_window

TICK_MS = 10_000  # as the timer of the function


@dataclass(frozen=True, slots=True)
class Played:
    """Every incident as it was in the end, and how many that were older than a day were active,
    not held and not closed at the worst midnight."""

    incidents: list[Incident]
    older_than_day: int


def play(month: Month) -> Played:
    """Deliver each alert when it is stored, and tend whenever something may be due."""
    return asyncio.run(_play(month))


async def _play(month: Month) -> Played:
    plant = Plant()
    clock = plant.workshop.clock
    clock.now_ms = START_MS
    plant.places.buildings = {name_device(n): building_of(n) for n in range(DEVICES)}
    assert BUILDINGS > 1, "one building is no shared cause"
    services = plant.services()
    room, lookout = services.incident_room, services.lookout
    await set_window(_make_night(), room)
    for version, move in enumerate(sorted(month.moves, key=lambda each: each.at), start=1):
        migration = {"taskId": "a1", "from": move.source, "to": move.target, "reason": "x"}
        await plant.workshop.sites.save_plan(
            stored_plan(version, createdAt=move.at, migrations=[migration])
        )
    older = 0
    alerts = iter(month.alerts)
    alert = next(alerts, None)
    for at in _list_ticks(month):
        while alert is not None and alert.t <= at:
            clock.now_ms = alert.t
            await join_alerts([alert], room=room, lookout=lookout)
            alert = next(alerts, None)
        clock.now_ms = at
        await tend_incidents(room)
        if (at - START_MS) % DAY_MS == 0:
            site = await plant.incidents.load_site(SITE)
            older = max(older, sum(is_stale(incident, at) for incident in site.incidents))
    return Played(plant.incidents.all(SITE), older)


def _make_night() -> Window:
    again = Recurrence("FREQ=DAILY", "UTC", NIGHT_LASTS_MS)
    return Window(
        "window:night", SITE, "maintenance", Scope("building", MAINTAINED),
        START_MS + NIGHT_MS, None, again, "every night", "bench", START_MS,
    )  # fmt: skip


def _list_ticks(month: Month) -> Iterator[int]:
    """The firings of the timer at which something can be due; at the others nothing is."""
    policy = DEFAULT_POLICY
    due: set[int] = set()
    # What closes is recorded by the next firing, and settled by the one after it.
    closing = [policy.quiet_ms + n * TICK_MS for n in range(3)]
    waits: dict[str, list[int]] = {
        "raised": [0, policy.group_wait_ms, policy.flap_window_ms],
        "cleared": [0, policy.flap_window_ms, *closing],
    }
    for alert in month.alerts:
        due |= {_round_up(alert.t + wait) for wait in waits[alert.change]}
    for day in range(DAYS + 1):
        midnight = START_MS + day * DAY_MS
        ends = midnight + NIGHT_MS + NIGHT_LASTS_MS
        due |= {midnight, midnight + NIGHT_MS, ends, ends + TICK_MS}
    ticks = [*due]
    heapq.heapify(ticks)
    while ticks:
        yield heapq.heappop(ticks)


def _round_up(at: int) -> int:
    return -(-at // TICK_MS) * TICK_MS
