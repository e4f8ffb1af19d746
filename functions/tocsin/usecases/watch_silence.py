"""By the clock: alerts for devices that say nothing for longer than is usual for them.

Which silences go on is known from the incidents they are in, so nothing is kept beside them. A
process waits a while after it first finds a device silent: when the whole system has just begun
again, every device seems to be.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.domain.alerts import Alert, is_silence_id
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.errors import DeliveryError
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.incidents.sources import Source
from tocsin.domain.incidents.windows import cover_with
from tocsin.domain.profile import Profile
from tocsin.domain.silence import LEAST_MS, clear_silence, is_heard, limit_silence, raise_silence
from tocsin.usecases.change_incidents import IncidentRoom
from tocsin.usecases.ports.operators import Feedback, Fleet
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.ports.showing import ProgressLog

SURE_MS = 60_000  # so long one process has found it silent
LOOK_BACK_MS = 3 * 24 * 60 * 60 * 1_000
MESSAGES = 40
LIMIT_KNOWN_MS = 60 * 60 * 1_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SilenceMemory:
    """What one process knows between two looks; losing it costs SURE_MS.

    since: by device when (ms) it was first found silent. limits: by device what is usual for it
    (ms), and when that was found out.
    """

    since: dict[str, int] = field(default_factory=dict)
    limits: dict[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where devices are looked up and alerts are written."""

    fleet: Fleet
    messages: Feedback
    alerts: Telemetry
    progress: ProgressLog
    profiles: Mapping[str, Profile]
    memory: SilenceMemory


async def watch_silence(room: IncidentRoom, listeners: Listeners) -> list[Alert]:
    """The alerts that were written: raised and cleared. Raises DeliveryError.

    Planned maintenance is no silence: who is still silent when its window ends is told of then.
    Nor is a message that waits for its score: while scoring is behind, it is only known who was
    silent by then.
    """
    now_ms = room.now_ms()
    behind = [said.measure_age_ms(now_ms) for said in await listeners.progress.list_progress()]
    heard_to_ms = now_ms - max(behind, default=0)
    by_site: dict[str, list[DeviceRecord]] = {}
    for device in await listeners.fleet.devices(None):
        by_site.setdefault(device.site_id, []).append(device)
    written: list[Alert] = []
    for site_id, devices in by_site.items():
        try:
            written += await _watch_site(site_id, devices, room, listeners, heard_to_ms)
        except DeliveryError as error:
            log.warning("Site %.80r is not watched for silence: %s", site_id, error)
    return written


async def _watch_site(
    site_id: str,
    devices: Sequence[DeviceRecord],
    room: IncidentRoom,
    listeners: Listeners,
    heard_to_ms: int,
) -> list[Alert]:
    site = await room.incidents.load_site(site_id)
    now_ms = room.now_ms()
    buildings = await room.places.list_buildings(site_id)
    covers = cover_with(site.windows, buildings, now_ms)
    silences = _find_silences(site)
    alerts: list[Alert] = []
    for device in devices:
        known = silences.get(device.device_id, {})
        alerts += [
            clear_silence(device, alert_id)
            for alert_id, raised_t in known.items()
            if is_heard(device, raised_t)
        ]
        is_covered = bool(covers(Source(device.device_id, device.profile)))
        if not known and await _is_silent(device, listeners, heard_to_ms, is_covered=is_covered):
            alerts.append(raise_silence(device))
    refusals = await listeners.alerts.save_alerts(alerts)
    for alert, refusal in zip(alerts, refusals, strict=True):
        if refusal is not None:
            log.error("The silence of device %.80r is not told: %s", alert.device_id, refusal)
    return alerts


def _find_silences(site: LiveSite) -> dict[str, dict[str, int]]:
    """By device the silences that go on: by alert id when (event time, ms) each began."""
    found: dict[str, dict[str, int]] = {}
    for incident in site.incidents:
        for source in incident.process.sources:
            for episode in source.episodes:
                if episode.is_active and is_silence_id(episode.alert_id):
                    found.setdefault(source.device_id, {})[episode.alert_id] = episode.order
    return found


async def _is_silent(
    device: DeviceRecord, listeners: Listeners, heard_to_ms: int, *, is_covered: bool
) -> bool:
    """Whether it is to be told now; what was told already is not told again.

    heard_to_ms: what devices sent until then is scored.
    """
    memory, name = listeners.memory, device.device_id
    quiet_ms = heard_to_ms - device.enqueued_at
    is_usual = quiet_ms < LEAST_MS or quiet_ms < await _find_limit(device, listeners, heard_to_ms)
    if is_covered or is_usual:
        memory.since.pop(name, None)
        return False
    if heard_to_ms - memory.since.setdefault(name, heard_to_ms) < SURE_MS:
        return False
    began_t = device.last_t + 1
    told = await listeners.messages.past_alerts(name, from_t=began_t, to_t=began_t, most=4)
    return not any(alert.is_silence for alert in told)


async def _find_limit(device: DeviceRecord, listeners: Listeners, now_ms: int) -> float:
    limit_ms, found_at = listeners.memory.limits.get(device.device_id, (0.0, 0))
    if limit_ms and now_ms - found_at < LIMIT_KNOWN_MS:
        return limit_ms
    messages = await listeners.messages.scores(
        device.device_id,
        from_t=device.last_t - LOOK_BACK_MS,
        to_t=device.last_t,
        most=MESSAGES,
    )
    profile = listeners.profiles.get(device.profile)
    period_s = 1.0 if profile is None else profile.period_s
    limit_ms = limit_silence([message.t[0] for message in messages], period_s)
    listeners.memory.limits[device.device_id] = limit_ms, now_ms
    return limit_ms
