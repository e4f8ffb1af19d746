"""Put the alerts of each site into incidents, those of one site one write after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_marks import Mark, OwedAlert
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.usecases.incidents.change_incidents import AT_ONCE

log = logging.getLogger(__name__)

Join = Callable[[Sequence[Alert]], Awaitable[object]]
Note = Callable[[OwedAlert, Mark, int], None]


async def join_owed(
    owed: Sequence[OwedAlert],
    join: Join,
    *,
    within_s: float,
    now_ms: Callable[[], int],
    note: Note,
) -> None:
    """Each site has *within_s*; alerts that are in an incident then are noted ``joinedAt``."""
    by_site: dict[str, list[OwedAlert]] = {}
    for alert in owed:
        by_site.setdefault(alert.alert.site_id, []).append(alert)
    await asyncio.gather(
        *(_join(alerts, join, within_s, now_ms, note) for alerts in by_site.values())
    )


async def _join(
    owed: Sequence[OwedAlert],
    join: Join,
    within_s: float,
    now_ms: Callable[[], int],
    note: Note,
) -> None:
    """Some at a time, each noted at once: however short the time is, the next sweep has fewer."""
    ordered = sorted(owed, key=lambda each: each.alert.t)
    deadline = asyncio.get_running_loop().time() + within_s
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        if not await _join_some(some, join, deadline, left=len(ordered) - start):
            return
        for alert in some:
            note(alert, "joinedAt", now_ms())


async def _join_some(owed: Sequence[OwedAlert], join: Join, deadline: float, *, left: int) -> bool:
    """Whether they are done with by *deadline* (s, the loop's clock). *left*: how many wait."""
    site_id = owed[0].alert.site_id
    try:
        async with asyncio.timeout_at(deadline):
            await join([alert.alert for alert in owed])
    except RefusedError:
        # Sent again it would be refused again; people see the alert, and the log has the reason.
        log.exception("Alerts of site %.80r are in no incident", site_id, extra=about(site=site_id))
    except (DeliveryError, ChangedMeanwhileError, TimeoutError) as error:
        log.warning(
            "%d alerts of site %.80r join an incident with the next sweep: %s",
            left, site_id, str(error) or "the database does not answer in time",
            extra=about(site=site_id),
        )  # fmt: skip
        return False
    return True
