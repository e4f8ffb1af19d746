"""The alerts of a site or a device as they were raised, and what became of each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tocsin.domain.access.people import EVERY, Sites
from tocsin.domain.alerts.alert import Alert, AlertPage, AlertPosition, name_document, page_of
from tocsin.domain.alerts.silence import LEAST_MS, raise_silence
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import DamagedDocumentError
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.planning import SiteSettings
from tocsin.usecases.showing.find_named import check_shown_site, find_device

DEFAULT_MAX, MOST = 50, 200
SITES_AT_ONCE = 8
LOOKED_UP = 200  # alerts in one query


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """``raised``: as it was raised. ``cleared_at``: event time (ms), None where it never was.

    ``is_open``: whether its device is still in it; one that changed its profile is not.
    """

    raised: Alert
    cleared_at: int | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class AlertQuery:
    """Which alerts to show: of a site, of a device, only those that are open; None for all.

    ``among``: the sites of which any may be shown.
    ``before``: the position that the page before gave; ``most``: how many on this page.
    """

    site_id: str | None = None
    device_id: str | None = None
    only_open: bool = False
    among: Sites = EVERY
    before: AlertPosition | None = None
    most: int = DEFAULT_MAX


async def show_alerts(
    query: AlertQuery, *, fleet: Fleet, settings: SiteSettings, now_ms: int
) -> tuple[list[ShownAlert], AlertPosition | None]:
    """Alerts, the newest first, and where the next page begins; None at the end.

    Raises InvalidRequestError for a site, and NotFoundError for a device, that is not there.
    """
    if query.device_id is not None:
        await find_device(query.device_id, fleet, query.among)
    page = await (
        _page_open(query, fleet, now_ms) if query.only_open else _page_sites(query, fleet)
    )
    if not page.alerts and query.site_id is not None:
        await check_shown_site(query.site_id, fleet=fleet, settings=settings, among=query.among)
    return await _add_endings(page.alerts, fleet), page.older


async def _page_sites(query: AlertQuery, fleet: Fleet) -> AlertPage:
    """Of each site for itself where not all may be shown: among those of a whole fleet, a page for
    one site might be looked for through all of its history."""
    names = query.among.names
    if query.site_id is not None or names is None:
        return await _page_raised(query, fleet)
    limit = asyncio.Semaphore(SITES_AT_ONCE)

    async def page_site(site_id: str) -> AlertPage:
        async with limit:
            return await _page_raised(replace(query, site_id=site_id), fleet)

    pages = await asyncio.gather(*map(page_site, sorted(names)))
    alerts = [alert for page in pages for alert in page.alerts]
    return page_of(alerts, query.most, more=any(page.older is not None for page in pages))


async def _page_raised(query: AlertQuery, fleet: Fleet) -> AlertPage:
    """Some pages of changes make up one of alerts: about every other change is a clearing."""
    raised: list[Alert] = []
    before = query.before
    while len(raised) <= query.most:
        page = await fleet.alerts(
            query.site_id, query.device_id, before=before, most=2 * query.most
        )
        raised += [alert for alert in page.alerts if alert.change == "raised"]
        before = page.older
        if before is None:
            break
    return page_of(raised, query.most)


async def _page_open(query: AlertQuery, fleet: Fleet, now_ms: int) -> AlertPage:
    """Which alerts may be open is known from the devices, few of which are in one."""
    possible = [
        (position, alert_id)
        for device in await fleet.devices(query.site_id)
        if query.device_id in {None, device.device_id} and device.site_id in query.among
        for position, alert_id in _list_possible(device, now_ms)
        if query.before is None or position.order > query.before.order
    ]
    possible.sort(key=lambda found: found[0].order)
    still: list[Alert] = []
    for start in range(0, len(possible), LOOKED_UP):
        ids = [alert_id for _, alert_id in possible[start : start + LOOKED_UP]]
        changes = await fleet.alert_changes(ids)
        over = {alert.alert_id for alert in changes if alert.change == "cleared"}
        still += [each for each in changes if each.change == "raised" and each.alert_id not in over]
        if len(still) > query.most:
            break
    return page_of(still, query.most)


def _list_possible(device: DeviceRecord, now_ms: int) -> list[tuple[AlertPosition, str]]:
    """The alerts that *device* is in, and its silence, which is called like the newest reading:
    whether that was told, and is not over, only the alerts know."""
    name = device.device_id
    found = [
        (AlertPosition(t, name, name_document(t, "raised", subject)), alert_id)
        for alert_id, (t, subject) in device.open_alerts().items()
    ]
    if now_ms - min(device.enqueued_at, device.last_t) >= LEAST_MS:
        silence = raise_silence(device)
        found.append((silence.position, silence.alert_id))
    return found


async def _add_endings(raised: Sequence[Alert], fleet: Fleet) -> list[ShownAlert]:
    changes = await fleet.alert_changes([alert.alert_id for alert in raised])
    cleared = {alert.alert_id: alert.t for alert in changes if alert.change == "cleared"}
    unended = {alert.device_id for alert in raised if alert.alert_id not in cleared}
    devices = await asyncio.gather(*(_find_state(device_id, fleet) for device_id in unended))
    states = {device.device_id: device for device in devices if device is not None}
    return [
        ShownAlert(
            alert,
            cleared.get(alert.alert_id),
            alert.alert_id not in cleared and _is_in(alert, states.get(alert.device_id)),
        )
        for alert in raised
    ]


async def _find_state(device_id: str, fleet: Fleet) -> DeviceRecord | None:
    """None for a damaged document, too: the next message replaces it, and the alert is known."""
    with contextlib.suppress(DamagedDocumentError):
        return await fleet.device(device_id)
    return None


def _is_in(alert: Alert, device: DeviceRecord | None) -> bool:
    """Whether *device* is in *alert*, which is stored before the state of its device is."""
    return device is None or alert.alert_id in device.open_alerts() or device.last_t < alert.t
