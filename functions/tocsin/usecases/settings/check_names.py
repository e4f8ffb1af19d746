"""Whether the site of a setting, and what it names there, exist.

The database answers where it can, so that an operator can stop a site while IoT Hub is away; the
hub is asked for the rest alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from tocsin.domain.errors import (
    DeliveryError,
    HubAwayError,
    InvalidProblemError,
    InvalidRequestError,
)
from tocsin.domain.settings.site_settings import KINDS, content_of
from tocsin.domain.sites import UNASSIGNED_SITE
from tocsin.planning.inputs.overrides import Overrides
from tocsin.planning.inputs.tasks import parse_tasks
from tocsin.planning.inputs.twins import parse_devices
from tocsin.usecases.planning.look_at_site import NEWEST
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.planning import SiteSettings, Sources


async def check_site(site_id: str, sources: Sources) -> None:
    """A site is known by a device that was heard, by anything set for it, or by a twin's tag.

    Raises InvalidRequestError where there is no such site, and HubAwayError where the database does
    not know it and the hub does not answer.
    """
    if await is_stored_site(site_id, fleet=sources.fleet, settings=sources.settings):
        return
    try:
        twins = await sources.twins.list_twins(site_id)
    except DeliveryError as error:
        raise HubAwayError(
            "IoT Hub does not answer, and only it can say whether there is a site "
            f"{site_id!r}: none of its devices was heard, and nothing was set for it; try again"
        ) from error
    if not twins:
        raise InvalidRequestError(f"no device is tagged with the site {site_id!r}")


async def is_stored_site(site_id: str, *, fleet: Fleet, settings: SiteSettings) -> bool:
    """Whether the database knows the site: by what was set for it, or a device that was heard."""
    found = await asyncio.gather(*(settings.find_setting(kind, site_id) for kind in KINDS))
    if any(found):
        return True
    # Devices that nobody has put anywhere are kept under a name of their own, which is no site.
    return site_id != UNASSIGNED_SITE and site_id in await fleet.sites()


async def check_override_names(
    after: Overrides, before: Overrides, site_id: str, sources: Sources
) -> None:
    """What *after* names and *before* did not must be there. What was set before and has gone since
    is no obstacle: the planner passes it over.

    Raises InvalidProblemError naming what is not there, and HubAwayError where only the hub knows
    that and it does not answer.
    """
    tasks = parse_tasks(content_of(await sources.settings.find_setting("tasks", site_id)), site_id)
    devices = await _find_devices(after.devices - before.devices, site_id, sources)
    unknown = sorted(after.find_unknown(tasks.keys() | before.tasks, devices | before.devices))
    if unknown:
        raise InvalidProblemError("; ".join(unknown))


async def _find_devices(
    names: AbstractSet[str], site_id: str, sources: Sources
) -> AbstractSet[str]:
    """Those of *names* that run tasks at the site, by the last plan or else by the hub."""
    page = await sources.plans.list_plans(site_id, before_version=NEWEST, most=1)
    planned = names & {name for plan in page.plans for name in plan.devices}
    rest = names - planned
    return planned | await _ask_hub(rest, site_id, sources) if rest else planned


async def _ask_hub(names: AbstractSet[str], site_id: str, sources: Sources) -> AbstractSet[str]:
    try:
        twins = await sources.twins.list_twins(site_id)
    except DeliveryError as error:
        # One that was heard is there. Should it run no tasks, the planner passes it over.
        heard = {device.device_id for device in await sources.fleet.devices(site_id)}
        if names <= heard:
            return names
        raise HubAwayError(
            "IoT Hub does not answer, and only it can say whether there is a device "
            f"{_quote(names - heard)} that runs tasks; try again"
        ) from error
    return {device.device_id for device in parse_devices(twins)[0]}


def _quote(names: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(names)))
