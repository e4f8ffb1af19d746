"""What a request names has to be there: nothing is done, or shown empty, for a name misspelt."""

from __future__ import annotations

import asyncio

from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.fleet import UNASSIGNED_SITE
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.planning import SiteSettings


async def find_device(device_id: str, fleet: Fleet) -> DeviceRecord:
    """Raises NotFoundError for a device that never reported."""
    found = await fleet.device(device_id)
    if found is None:
        raise NotFoundError(f"no device {device_id!r:.140} has reported yet")
    return found


async def check_site(site_id: str, *, fleet: Fleet, settings: SiteSettings) -> None:
    """Raise InvalidRequestError, naming the sites that there are, unless *site_id* is one of them.

    A site is there once one of its devices has reported or its tasks are described. Asks the
    database only: viewers must not use up the few queries that the hub answers in a minute.
    """
    reported, planned = await asyncio.gather(fleet.sites(), settings.list_planned_sites())
    known = {*reported, *planned}
    if site_id not in known | {UNASSIGNED_SITE}:
        others = f"there are {', '.join(sorted(known))}" if known else "no device has reported yet"
        raise InvalidRequestError(f"there is no site {site_id!r:.140}; {others}")
