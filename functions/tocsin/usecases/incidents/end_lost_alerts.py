"""By the clock: alerts whose end was never stored keep no incident active for ever."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.lost import end_lost, is_lost, list_doubts
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.insights.log_about import about
from tocsin.usecases.incidents.change_incidents import AT_ONCE, IncidentRoom, change_incidents
from tocsin.usecases.ports.operators import Fleet

log = logging.getLogger(__name__)


async def end_lost_alerts(room: IncidentRoom, fleet: Fleet) -> list[Incident]:
    """The incidents in which alerts were ended. Raises DeliveryError.

    A device whose state is not there, or damaged, says nothing, and its alerts go on.
    """
    changed: list[Incident] = []
    for site_id in await room.incidents.list_live_sites():
        try:
            changed += await _end_at_site(site_id, room, fleet)
        except (ChangedMeanwhileError, DeliveryError) as error:
            log.warning(
                "Alerts of site %.80r are looked at later: %s",
                site_id,
                error,
                extra=about(site=site_id),
            )
    return changed


async def _end_at_site(site_id: str, room: IncidentRoom, fleet: Fleet) -> list[Incident]:
    site = await room.incidents.load_site(site_id)
    doubts = list_doubts(site.incidents)
    if not doubts:
        return []
    names = sorted({doubt.device_id for doubt in doubts})
    devices = {device.device_id: device for device in await fleet.find_heard(names, since_ms=0)}
    lost = {
        doubt.alert_id: devices[doubt.device_id]
        for doubt in doubts
        if doubt.device_id in devices and is_lost(doubt, devices[doubt.device_id])
    }
    return await change_incidents(site_id, lambda found: _end_all(found, lost, room), room)


def _end_all(
    site: LiveSite, lost: Mapping[str, DeviceRecord], room: IncidentRoom
) -> list[Incident]:
    now_ms = room.now_ms()
    ended = [(incident, end_lost(incident, lost, now_ms)) for incident in site.incidents]
    return [after for before, after in ended if after is not before][:AT_ONCE]
