"""Make incidents of alerts: each alert joins one, or opens one, however often it is delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.calling.scoring import Change
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.join import Moment, Surroundings, join_alert
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.incidents.sources import TopChannel
from tocsin.domain.incidents.tend import tend_incident
from tocsin.domain.incidents.windows import cover_with
from tocsin.usecases.incidents.change_incidents import AT_ONCE, IncidentRoom, change_incidents
from tocsin.usecases.incidents.look_around import Lookout, find_top, look_around

Tops = Mapping[tuple[str, Change], tuple[TopChannel, ...]]


@dataclass(frozen=True, slots=True)
class _News:
    """Alerts of one site, and all that is known beside them."""

    alerts: Sequence[Alert]
    tops: Tops
    around: Surroundings
    settled: frozenset[str]


async def join_alerts(
    alerts: Sequence[Alert], *, room: IncidentRoom, lookout: Lookout
) -> list[Incident]:
    """The incidents that *alerts*, all of one site, opened or changed.

    Raises ChangedMeanwhileError, DeliveryError.
    """
    changed: list[Incident] = []
    ordered = sorted(alerts, key=lambda alert: alert.t)
    for start in range(0, len(ordered), AT_ONCE):
        changed += await _join_some(ordered[start : start + AT_ONCE], room, lookout)
    return changed


async def _join_some(
    alerts: Sequence[Alert], room: IncidentRoom, lookout: Lookout
) -> list[Incident]:
    site_id = alerts[0].site_id
    tops = await asyncio.gather(*(find_top(alert, lookout) for alert in alerts))
    news = _News(
        alerts,
        {(alert.alert_id, alert.change): top for alert, top in zip(alerts, tops, strict=True)},
        await look_around(site_id, alerts, room.places, lookout, room.now_ms()),
        # Delivered again after its incident was settled, an alert must not open another.
        await room.incidents.find_settled(site_id, [alert.alert_id for alert in alerts]),
    )
    return await change_incidents(site_id, lambda site: _join_all(site, news, room), room)


def _join_all(site: LiveSite, news: _News, room: IncidentRoom) -> list[Incident]:
    now_ms = room.now_ms()
    covers = cover_with(site.windows, news.around.buildings, now_ms)
    moment = Moment(news.around, room.policy, now_ms)
    known = {incident.incident_id: incident for incident in site.incidents}
    changed: set[str] = set()
    for alert in news.alerts:
        live = [*known.values()]
        if alert.alert_id in news.settled and not _is_in(live, alert):
            continue
        top = news.tops[alert.alert_id, alert.change]
        joined = join_alert(live, alert, top, moment)
        if joined is not None:
            known[joined.incident_id] = tend_incident(joined, covers, room.policy, now_ms)
            changed.add(joined.incident_id)
    return [known[name] for name in changed]


def _is_in(live: Sequence[Incident], alert: Alert) -> bool:
    return any(incident.process.holds(alert) for incident in live)
