"""All that is known of a site, read at one go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.site_settings import content_of
from tocsin.planning.inputs.optimiser import Optimiser, parse_optimiser
from tocsin.planning.inputs.overrides import Overrides, parse_overrides
from tocsin.planning.inputs.tasks import parse_tasks
from tocsin.planning.inputs.twins import EdgeDevice, edge_devices
from tocsin.planning.problem import Task
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.planning import SiteSettings, Sources, Twins

INDEX_LAG_MS = 5 * 60 * 1_000  # a twin changed since may be found as it was before
READS_AT_ONCE = 8
NEWEST = 2**31 - 1  # above any version


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site at one moment. ``notes``: what could not be read of it.

    ``plans``: those of the last minutes and those still open, newest first; ``last``: the newest
    of all, None before the first.
    """

    site_id: str
    looked_at: int
    devices: tuple[EdgeDevice, ...]
    notes: tuple[str, ...]
    states: Mapping[str, DeviceRecord]
    tasks: Mapping[str, Task]
    optimiser: Optimiser
    overrides: Overrides
    standing: Document | None
    plans: Sequence[Document]
    last: Document | None


async def look_at_site(site_id: str, sources: Sources, *, now_ms: int) -> SiteView:
    """Raises InvalidProblemError when a stored setting is malformed or the tasks are not described,
    DeliveryError when the hub does not answer, and what the database raises when it is away."""
    found, states, (optimiser, overrides, tasks), standing, recent = await asyncio.gather(
        sources.twins.of_site(site_id),
        sources.fleet.devices(site_id),
        _contents(site_id, sources.settings),
        sources.plans.standing(site_id),
        sources.plans.recent_plans(site_id, since_ms=now_ms - INDEX_LAG_MS),
    )
    last = recent or await sources.plans.plans(site_id, before_version=NEWEST, most=1)
    devices, notes = edge_devices(await _fresh(found, recent, sources.twins))
    return SiteView(
        site_id=site_id,
        looked_at=now_ms,
        devices=tuple(devices),
        notes=tuple(notes),
        states={one.device_id: one for one in states},
        tasks=parse_tasks(tasks, site_id),
        optimiser=parse_optimiser(optimiser),
        overrides=parse_overrides(overrides),
        standing=standing,
        plans=recent,
        last=last[0] if last else None,
    )


async def read_optimiser(site_id: str, settings: SiteSettings) -> Optimiser:
    """As it is set now. Raises InvalidProblemError when it is malformed."""
    return parse_optimiser(await _content("optimiser", site_id, settings))


async def read_twins(device_ids: Iterable[str], twins: Twins) -> list[Document]:
    """One by one, as they are now; without those of devices that are not registered."""
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def one(device_id: str) -> Document | None:
        async with limit:
            return await twins.of_device(device_id)

    found = await asyncio.gather(*(one(device_id) for device_id in sorted(device_ids)))
    return [twin for twin in found if twin is not None]


async def _contents(site_id: str, settings: SiteSettings) -> tuple[Document, Document, Document]:
    optimiser, overrides, tasks = await asyncio.gather(
        _content("optimiser", site_id, settings),
        _content("overrides", site_id, settings),
        settings.setting("tasks", site_id),
    )
    if tasks is None:
        # Not the same as a site without tasks, whose devices would be told to run nothing.
        raise InvalidProblemError(
            f"the tasks of site {site_id!r} are not described: PATCH settings/tasks?site={site_id}"
        )
    return optimiser, overrides, content_of(tasks[0])


async def _content(kind: str, site_id: str, settings: SiteSettings) -> Document:
    found = await settings.setting(kind, site_id)
    return content_of(None if found is None else found[0])


async def _fresh(
    found: Iterable[Document], recent: Iterable[Document], twins: Twins
) -> list[Document]:
    """*found* with the twins that were ordered something lately read one by one."""
    by_id = {str(one["deviceId"]): one for one in found}
    ordered = by_id.keys() & {name for plan in recent for name in plan["deliveries"]}
    return [
        *(by_id[name] for name in by_id.keys() - ordered),
        *await read_twins(ordered, twins),
    ]
