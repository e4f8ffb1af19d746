"""Every site's turn, by the clock."""

from __future__ import annotations

import asyncio

from tocsin.domain.errors import BusyError
from tocsin.domain.requests import Request
from tocsin.usecases.keep_standing import Outcome
from tocsin.usecases.ports.planning import SitePorts
from tocsin.usecases.rebalance_site import rebalance_site

SITES_AT_ONCE = 4  # each solves in a thread, and asks the hub


async def rebalance_fleet(ports: SitePorts) -> dict[str, Outcome | None]:
    """A run for every site that has tasks; None where another is under way.

    Raises, when all sites have had their turn, an ExceptionGroup of the errors they met, each with
    its site in a note.
    """
    sites = await ports.settings.planned_sites()
    limit = asyncio.Semaphore(SITES_AT_ONCE)
    runs = (_run(site_id, limit, ports) for site_id in sites)
    results = await asyncio.gather(*runs, return_exceptions=True)
    outcomes: dict[str, Outcome | None] = {}
    errors: list[Exception] = []
    for site_id, result in zip(sites, results, strict=True):
        if isinstance(result, Exception):
            result.add_note(f"site {site_id}")
            errors.append(result)
        elif isinstance(result, BaseException):
            raise result
        else:
            outcomes[site_id] = result
    if errors:
        raise ExceptionGroup("sites that could not be rebalanced", errors)
    return outcomes


async def _run(site_id: str, limit: asyncio.Semaphore, ports: SitePorts) -> Outcome | None:
    async with limit:
        try:
            return await rebalance_site(Request(site_id, "timer", ports.now_ms()), ports)
        except BusyError:
            return None
