"""Alerts whose end was never stored: their device has gone on, and is in none of them.

The end of an alert is written before the state of its device. So what the state does not show any
more has ended, even if that document was refused, or deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tocsin.domain.alerts.alert import is_silence_id
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.join import tell_change

SURE_MS = 10 * 60 * 1_000  # the end of an alert is known sooner, where it is known at all


@dataclass(frozen=True, slots=True)
class Doubt:
    """An alert that goes on as far as its incident knows. raised_t: event time (ms); joined_at:
    when the newest alert joined the incident (ms, our clock)."""

    device_id: str
    alert_id: str
    raised_t: int
    joined_at: int


def list_doubts(incidents: Collection[Incident]) -> list[Doubt]:
    """A silence is none: the device itself ends it."""
    return [
        Doubt(source.device_id, episode.alert_id, episode.raised_t, incident.process.joined_at)
        for incident in incidents
        for source in incident.process.sources
        for episode in source.episodes
        if episode.is_active and not is_silence_id(episode.alert_id)
        if episode.raised_t is not None
    ]


def is_lost(doubt: Doubt, device: DeviceRecord) -> bool:
    """Whether the alert is over, as the state of its device says."""
    if doubt.alert_id in device.open_alerts():
        return False
    # By either clock: that of a device may have been put back since.
    passed_ms = device.last_t - doubt.raised_t, device.enqueued_at - doubt.joined_at
    return max(passed_ms) >= SURE_MS


def end_lost(incident: Incident, lost: Mapping[str, DeviceRecord], now_ms: int) -> Incident:
    """The incident with its alerts over that are in *lost*, by id with the state of their device;
    the very same where none is."""
    after = incident
    for source in incident.process.sources:
        gone = [
            each.alert_id for each in source.episodes if each.alert_id in lost and each.is_active
        ]
        if not gone:
            continue
        was_active = after.process.is_active
        last_t = lost[gone[0]].last_t
        process = after.process.end_alerts(source.device_id, gone, last_t, now_ms)
        after = replace(after, process=process).tell(
            "ended",
            now_ms,
            text=f"{source.device_id}: it has gone on and is in no alert {', '.join(gone)}, whose "
            "end was never stored",
        )
        after = tell_change(after, was_active, source.device_id, now_ms)
    return after
