"""All that is known of a site, read at one go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.twins import Twin
from tocsin.domain.devices.work import UNKNOWN
from tocsin.domain.errors import DamagedDocumentError, InvalidProblemError
from tocsin.domain.plans.site_standing import EMPTY, Memory, SiteStanding
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.plans.watch import HOUR_MS
from tocsin.domain.settings.site_settings import Content, StoredSetting, content_of
from tocsin.planning.inputs.optimiser import Optimiser, parse_optimiser
from tocsin.planning.inputs.overrides import Overrides, parse_overrides
from tocsin.planning.inputs.tasks import parse_tasks
from tocsin.planning.inputs.twins import EdgeDevice, parse_devices
from tocsin.planning.problem import Task
from tocsin.usecases.ports.planning import Plans, SiteSettings, Sources, Twins

INDEX_LAG_MS = 5 * 60 * 1_000  # a twin changed since may be found as it was before
READS_AT_ONCE = 8
NEWEST = 2**31 - 1  # above any version
UNKNOWN_ORDERS = (
    "what devices were told last is not known, so nothing is planned until that document is gone"
)


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site at one moment. ``notes``: what could not be read of it.

    ``plans``: those of the last minutes and those still open, newest first; ``last``: the newest
    of all, None before the first. ``made``: at least all since the run whose memory this is.
    ``settings_changed_at``: when an operator last changed those of
    the optimiser (ms), None before the first time.
    """

    site_id: str
    looked_at: int
    devices: tuple[EdgeDevice, ...]
    notes: tuple[str, ...]
    states: Mapping[str, DeviceRecord]
    tasks: Mapping[str, Task]
    optimiser: Optimiser
    overrides: Overrides
    standing: SiteStanding | None
    plans: Sequence[StoredPlan]
    made: Sequence[StoredPlan]
    last: StoredPlan | None
    settings_changed_at: int | None = None

    @property
    def last_version(self) -> int:
        """Of the newest plan; 0 before the first."""
        return 0 if self.last is None else self.last.version

    @property
    def slowest_period_ms(self) -> float:
        """Of the devices that run tasks."""
        states = [self.states.get(device.device_id) for device in self.devices]
        works = [UNKNOWN if state is None else state.work for state in states]
        return max((work.measure_periods(1) for work in works), default=UNKNOWN.measure_periods(1))

    @property
    def memory(self) -> Memory:
        """What earlier runs remembered."""
        return EMPTY if self.standing is None else self.standing.memory


async def look_at_site(site_id: str, sources: Sources, *, now_ms: int) -> SiteView:
    """Raises InvalidProblemError when a stored setting is malformed, the tasks are not described,
    or a plan that says what devices were told is damaged; DeliveryError when the hub does not
    answer, and what the database raises when it is away."""
    found, states, (optimiser, overrides, tasks), (standing, made) = await asyncio.gather(
        sources.twins.list_twins(site_id),
        sources.fleet.devices(site_id),
        _fetch_contents(site_id, sources.settings),
        _fetch_plans(site_id, sources.plans, now_ms),
    )
    recent = [plan for plan in made if plan.is_open or plan.created_at >= now_ms - INDEX_LAG_MS]
    # Of plans that are old and still open, none need be the newest.
    has_newest = bool(recent) and recent[0].created_at >= now_ms - INDEX_LAG_MS
    newest = recent if has_newest else await _fetch_newest(site_id, sources.plans)
    devices, notes = parse_devices(await _refresh_twins(found, recent, sources.twins))
    return SiteView(
        site_id=site_id,
        looked_at=now_ms,
        devices=tuple(devices),
        notes=tuple(notes),
        states={state.device_id: state for state in states},
        tasks=parse_tasks(tasks, site_id),
        optimiser=parse_optimiser(content_of(optimiser)),
        overrides=parse_overrides(overrides),
        standing=standing,
        plans=recent,
        made=made,
        last=newest[0] if newest else None,
        settings_changed_at=None if optimiser is None else optimiser.entry.set_at,
    )


async def fetch_optimiser(site_id: str, settings: SiteSettings) -> Optimiser:
    """As it is set now. Raises InvalidProblemError when it is malformed."""
    return parse_optimiser(content_of(await settings.find_setting("optimiser", site_id)))


async def fetch_twins(device_ids: Iterable[str], twins: Twins) -> list[Twin]:
    """One by one, as they are now; without those of devices that are not registered."""
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def fetch(device_id: str) -> Twin | None:
        async with limit:
            return await twins.find_twin(device_id)

    found = await asyncio.gather(*map(fetch, sorted(device_ids)))
    return [twin for twin in found if twin is not None]


async def _fetch_newest(site_id: str, plans: Plans) -> Sequence[StoredPlan]:
    """The newest plan, where there is any. Raises InvalidProblemError where it is damaged."""
    page = await plans.list_plans(site_id, before_version=NEWEST, most=1)
    for why in page.damaged.values():
        raise InvalidProblemError(f"{why}; {UNKNOWN_ORDERS}")
    return page.plans


async def _fetch_plans(
    site_id: str, plans: Plans, now_ms: int
) -> tuple[SiteStanding | None, list[StoredPlan]]:
    """How the site stands; and its plans (newest first) of the last minutes, those still open, and
    those of the last hour that the standing does not know: their runs ended before they said so."""
    standing = await plans.find_standing(site_id)
    recalled_at = 0 if standing is None else standing.memory.recalled_at
    since_ms = min(now_ms - INDEX_LAG_MS, max(recalled_at, now_ms - HOUR_MS))
    try:
        return standing, await plans.list_recent(site_id, since_ms=since_ms)
    except DamagedDocumentError as error:
        raise InvalidProblemError(f"{error}; {UNKNOWN_ORDERS}") from error


async def _fetch_contents(
    site_id: str, settings: SiteSettings
) -> tuple[StoredSetting | None, Content, Content]:
    """The optimiser's setting, and what the overrides and the tasks are."""
    optimiser, overrides, tasks = await asyncio.gather(
        settings.find_setting("optimiser", site_id),
        settings.find_setting("overrides", site_id),
        settings.find_setting("tasks", site_id),
    )
    if tasks is None:
        # Not the same as a site without tasks, whose devices would be told to run nothing.
        raise InvalidProblemError(
            f"the tasks of site {site_id!r} are not described: "
            f"PATCH settings/tasks?site={quote(site_id, safe='')}"
        )
    return optimiser, content_of(overrides), tasks.entry.content


async def _refresh_twins(
    found: Iterable[Twin], recent: Iterable[StoredPlan], twins: Twins
) -> list[Twin]:
    """*found* with those read one by one that may have been found as they were before the newest
    order (of *recent*, newest first) of their device."""
    by_id = {twin.device_id: twin for twin in found}
    ordered: dict[str, int] = {}
    for plan in recent:
        ordered = dict.fromkeys(plan.deliveries, plan.version) | ordered
    behind = {
        name
        for name, version in ordered.items()
        if name in by_id and not by_id[name].has_confirmed(version)
    }
    return [
        *(by_id[name] for name in by_id.keys() - behind),
        *await fetch_twins(behind, twins),
    ]
