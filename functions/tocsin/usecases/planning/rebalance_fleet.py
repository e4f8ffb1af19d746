"""Every site's turn, by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tocsin.domain.errors import BusyError
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import Outcome
from tocsin.usecases.ports.planning import SiteSettings

SITES_AT_ONCE = 4  # each solves in a thread, and asks the hub


async def rebalance_fleet(
    *,
    settings: SiteSettings,
    rebalance: Callable[[Request], Awaitable[Outcome]],
    now_ms: Callable[[], int],
) -> dict[str, Outcome | None]:
    """A run for every site that has tasks; None where another is under way.

    *rebalance*: what one site's run does; it raises BusyError where another is under way.

    Raises, when all sites have had their turn, an ExceptionGroup of the errors they met, each with
    its site in a note.
    """
    sites = await settings.list_planned_sites()
    limit = asyncio.Semaphore(SITES_AT_ONCE)

    async def run(site_id: str) -> Outcome | None:
        async with limit:
            try:
                return await rebalance(Request(site_id, "timer", now_ms()))
            except BusyError:
                return None

    results = await asyncio.gather(*map(run, sites), return_exceptions=True)
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
