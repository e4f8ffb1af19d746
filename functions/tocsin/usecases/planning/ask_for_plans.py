"""Ask for a new plan of each site in which an alert was raised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from tocsin.domain.alerts.alert_marks import Mark, OwedAlert
from tocsin.domain.errors import DeliveryError, RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.domain.plans.requests import Request
from tocsin.domain.tracing.shown_spans import find_asking
from tocsin.usecases.ports.planning import Requests

DEBOUNCE_S = 1  # alerts seldom come alone: one run sees all of this second's
MOST_DEVICES = 100  # in one request: what a queue takes is bounded
MOST_NAMED = 10

log = logging.getLogger(__name__)

Note = Callable[[OwedAlert, Mark, int], None]


async def ask_for_plans(
    raised: Sequence[OwedAlert], requests: Requests, *, within_s: float, now_ms: int, note: Note
) -> None:
    """One request a site, *within_s*; alerts whose request was taken are noted ``askedAt``."""
    by_site: dict[str, list[OwedAlert]] = {}
    for alert in raised:
        by_site.setdefault(alert.alert.site_id, []).append(alert)
    await asyncio.gather(
        *(
            _ask(alerts[start : start + MOST_DEVICES], requests, within_s, now_ms, note)
            for alerts in by_site.values()
            for start in range(0, len(alerts), MOST_DEVICES)
        )
    )


async def _ask(
    alerts: Sequence[OwedAlert], requests: Requests, within_s: float, now_ms: int, note: Note
) -> None:
    request = _make_request(alerts, now_ms)
    try:
        async with asyncio.timeout(within_s):
            await requests.put(request, delay_s=DEBOUNCE_S)
    except RefusedError:
        # No alert is at fault, and people see it; the clock has the site planned all the same.
        log.exception(
            "Site %.80r cannot be planned because of its alerts",
            request.site_id,
            extra=about(site=request.site_id, trace=request.trace),
        )
    except (DeliveryError, TimeoutError) as error:
        log.warning(
            "Site %.80r is not planned because of its alerts yet: %s",
            request.site_id, str(error) or "the queue does not answer in time",
            extra=about(site=request.site_id, trace=request.trace),
        )  # fmt: skip
        return
    for alert in alerts:
        note(alert, "askedAt", now_ms)


def _make_request(alerts: Sequence[OwedAlert], now_ms: int) -> Request:
    devices = {owed.alert.device_id: owed.alert.t for owed in alerts}
    named = ", ".join([*devices][:MOST_NAMED])
    more = len(devices) - MOST_NAMED
    text = f"alert of {named}" + (f" and {more} more" if more > 0 else "")
    # One request stands for all: it goes on with the trace of the first that has one.
    traced = next((owed.trace for owed in alerts if owed.trace is not None), None)
    trace = None if traced is None else find_asking(traced)
    return Request(alerts[0].alert.site_id, "alert", now_ms, text, devices, trace=trace)
