"""What a request wants to look at has to be there: a misspelt name is not shown as empty."""

from __future__ import annotations

import asyncio

from tocsin.domain.access.people import EVERY, Sites
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.sites import UNASSIGNED_SITE
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.planning import SiteSettings
from tocsin.usecases.settings.check_names import is_stored_site


async def find_device(device_id: str, fleet: Fleet, among: Sites = EVERY) -> DeviceRecord:
    """Raises NotFoundError for a device that never reported, or that is at none of these sites."""
    found = await fleet.device(device_id)
    if found is None or found.site_id not in among:
        raise NotFoundError(f"no device {device_id!r:.140} has reported yet")
    return found


async def check_shown_site(
    site_id: str, *, fleet: Fleet, settings: SiteSettings, among: Sites = EVERY
) -> None:
    """Raise InvalidRequestError, naming the sites *among* these, unless *site_id* is one of them.

    Asks the database alone: those who only look must not use up the few queries that the hub
    answers in a minute. Devices without a site are looked at under the name that stands for none.
    """
    if site_id == UNASSIGNED_SITE or await is_stored_site(site_id, fleet=fleet, settings=settings):
        return
    heard, planned = await asyncio.gather(fleet.sites(), settings.list_planned_sites())
    known = sorted(among.keep({*heard, *planned}))
    others = f"there are {', '.join(known)}" if known else "no device has reported yet"
    raise InvalidRequestError(f"there is no site {site_id!r:.140}; {others}")
