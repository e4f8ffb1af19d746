"""Show stored alerts to the people who watch the site, and have its work planned anew."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.domain.alerts import Alert
from tocsin.domain.requests import Request
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Requests

DEBOUNCE_S = 1  # alerts seldom come alone: one run sees all of this second's


async def push_alerts(
    alerts: Sequence[Alert], *, live: Live, requests: Requests, now_ms: int
) -> None:
    """Send each alert to its site, in the order of the change feed.

    Raises DeliveryError when one cannot be handed over: the feed then delivers the batch again,
    a browser tells an alert it has by its id, and a run that is asked for twice is done once.
    """
    try:
        for request in _make_requests(alerts, now_ms):
            await requests.put(request, delay_s=DEBOUNCE_S)
    finally:
        # A queue that is away must not keep people from seeing the alert.
        for alert in alerts:
            await _show(alert, live)


async def _show(alert: Alert, live: Live) -> None:
    message = {"type": "alert", "siteId": alert.site_id, "alert": alert.to_document()}
    await live.send(alert.site_id, message)


def _make_requests(alerts: Sequence[Alert], now_ms: int) -> list[Request]:
    """One a site: all alerts that were raised there."""
    alerted: dict[str, dict[str, int]] = {}
    for alert in alerts:
        if alert.change == "raised":
            alerted.setdefault(alert.site_id, {})[alert.device_id] = alert.t
    return [
        Request(site_id, "alert", now_ms, f"alert of {', '.join(devices)}", devices)
        for site_id, devices in alerted.items()
    ]
