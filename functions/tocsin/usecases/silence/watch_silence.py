"""By the clock: alerts for devices that say nothing for longer than is usual for them.

Which silences go on is known from the incidents they are in, so nothing is kept beside them. A
process waits a while after it first finds a device silent: when the whole system has just begun
again, every device seems to be.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.domain.alerts.alert import Alert, is_silence_id
from tocsin.domain.alerts.silence import (
    LEAST_MS,
    OFF_MS,
    clear_silence,
    is_heard,
    limit_silence,
    raise_silence,
)
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import DeliveryError
from tocsin.domain.incidents.site import LiveSite
from tocsin.domain.incidents.sources import Source
from tocsin.domain.incidents.windows import cover_with
from tocsin.domain.insights.log_about import about
from tocsin.domain.profile import Profile
from tocsin.usecases.incidents.change_incidents import IncidentRoom
from tocsin.usecases.ports.operators import Feedback, Fleet
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.ports.showing import ProgressLog
from tocsin.usecases.scoring.device_memory import BoundedMemory

SURE_MS = 60_000  # so long one process has found it silent
LOOK_BACK_MS = 3 * 24 * 60 * 60 * 1_000
MESSAGES = 40
LIMIT_KNOWN_MS = 60 * 60 * 1_000
MOST = 500
READS_AT_ONCE = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Since when (ms) a device was found silent that was last heard at ``heard_at``."""

    heard_at: int
    since: int


@dataclass(slots=True)
class SilenceMemory:
    """What one process knows between two looks; losing it costs SURE_MS.

    quiet: by device when it was first found silent. limits: by device what is usual for it (ms),
        and when that was found out. after: the device behind which the next look goes on.
    """

    quiet: BoundedMemory[Quiet] = field(default_factory=BoundedMemory)
    limits: BoundedMemory[tuple[float, int]] = field(default_factory=BoundedMemory)
    after: str = ""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where devices are looked up and alerts are written. ``most``: devices that one look reads;
    where more are quiet, the next look goes on."""

    fleet: Fleet
    messages: Feedback
    alerts: Telemetry
    progress: ProgressLog
    profiles: Mapping[str, Profile]
    memory: SilenceMemory
    most: int = MOST


async def watch_silence(room: IncidentRoom, listeners: Listeners) -> list[Alert]:
    """The alerts that were written: raised and cleared. Raises DeliveryError.

    Only devices that may be silent are read, so many in one look, and those that speak again.
    Planned maintenance is no silence: who is still silent when its window ends is told of then.
    Nor is a message that waits for its score: while scoring is behind, it is only known who was
    silent by then.
    """
    now_ms = room.now_ms()
    behind = [said.measure_age_ms(now_ms) for said in await listeners.progress.list_progress()]
    heard_to_ms = now_ms - max(behind, default=0)
    quiet = await _list_quiet(listeners, heard_to_ms - LEAST_MS)
    by_site: dict[str, list[DeviceRecord]] = {}
    for device in quiet:
        by_site.setdefault(device.site_id, []).append(device)
    written: list[Alert] = []
    # Where an incident is live, a device may speak again.
    for site_id in sorted({*by_site, *await room.incidents.list_live_sites()}):
        try:
            written += await _watch_site(
                site_id, by_site.get(site_id, []), room, listeners, heard_to_ms
            )
        except DeliveryError as error:
            log.warning(
                "Site %.80r is not watched for silence: %s",
                site_id,
                error,
                extra=about(site=site_id),
            )
    return written


async def _list_quiet(listeners: Listeners, heard_before_ms: int) -> Sequence[DeviceRecord]:
    memory = listeners.memory
    page = await listeners.fleet.list_quiet(
        heard_before_ms=heard_before_ms, after=memory.after, most=listeners.most
    )
    memory.after = page.last or ""
    return page.devices


async def _watch_site(
    site_id: str,
    quiet: Sequence[DeviceRecord],
    room: IncidentRoom,
    listeners: Listeners,
    heard_to_ms: int,
) -> list[Alert]:
    site = await room.incidents.load_site(site_id)
    silences = _find_silences(site)
    spoke = await listeners.fleet.find_heard([*silences], since_ms=heard_to_ms - LEAST_MS)
    alerts = [
        clear_silence(device, alert_id)
        for device in {device.device_id: device for device in [*quiet, *spoke]}.values()
        for alert_id, raised_t in silences.get(device.device_id, {}).items()
        if is_heard(device, raised_t)
    ]
    untold = [device for device in quiet if device.device_id not in silences]
    alerts += await _find_silent(untold, site, room, listeners, heard_to_ms)
    refusals = await listeners.alerts.save_alerts(alerts)
    for alert, refusal in zip(alerts, refusals, strict=True):
        if refusal is not None:
            log.error(
                "The silence of device %.80r is not told: %s",
                alert.device_id,
                refusal,
                extra=about(device=alert.device_id, site=alert.site_id),
            )
    return alerts


async def _find_silent(
    quiet: Sequence[DeviceRecord],
    site: LiveSite,
    room: IncidentRoom,
    listeners: Listeners,
    heard_to_ms: int,
) -> list[Alert]:
    """The silences that are to be told now."""
    buildings = await room.places.list_buildings(site.site_id)
    covers = cover_with(site.windows, buildings, room.now_ms())
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def judge(device: DeviceRecord) -> bool:
        if covers(Source(device.device_id, device.profile)):
            listeners.memory.quiet.forget([device.device_id])
            return False
        async with limit:
            return await _is_silent(device, listeners, heard_to_ms)

    silent = await asyncio.gather(*map(judge, quiet))
    return [raise_silence(device) for device, is_so in zip(quiet, silent, strict=True) if is_so]


def _find_silences(site: LiveSite) -> dict[str, dict[str, int]]:
    """By device the silences that go on: by alert id when (event time, ms) each began."""
    found: dict[str, dict[str, int]] = {}
    for incident in site.incidents:
        for source in incident.process.sources:
            for episode in source.episodes:
                if episode.is_active and is_silence_id(episode.alert_id):
                    found.setdefault(source.device_id, {})[episode.alert_id] = episode.order
    return found


async def _is_silent(device: DeviceRecord, listeners: Listeners, heard_to_ms: int) -> bool:
    """Whether it is to be told now; what was told already is not told again.

    heard_to_ms: what devices sent until then is scored.
    """
    memory, name = listeners.memory, device.device_id
    quiet_ms = heard_to_ms - device.enqueued_at
    if device.state == "off" and quiet_ms < OFF_MS:
        return False
    if quiet_ms < await _find_limit(device, listeners, heard_to_ms):
        return False
    known = memory.quiet.get(name)
    if known is None or known.heard_at != device.enqueued_at:
        memory.quiet.update({name: Quiet(device.enqueued_at, heard_to_ms)})
        return False
    if heard_to_ms - known.since < SURE_MS:
        return False
    began_t = device.last_t + 1
    told = await listeners.messages.past_alerts(name, from_t=began_t, to_t=began_t, most=4)
    return not any(alert.is_silence for alert in told)


async def _find_limit(device: DeviceRecord, listeners: Listeners, now_ms: int) -> float:
    limit_ms, found_at = listeners.memory.limits.get(device.device_id) or (0.0, 0)
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
    listeners.memory.limits.update({device.device_id: (limit_ms, now_ms)})
    return limit_ms
