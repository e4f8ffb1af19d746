"""Devices that say nothing: how long is usual, and the alert when it is longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tocsin.domain.alerts.alert import Alert, silence_id
from tocsin.domain.calling.scoring import Change
from tocsin.domain.devices.device_record import DeviceRecord

LEAST_MS = 120_000  # what a network loses and finds again by itself
TIMES = 10.0  # so many usual gaps between messages
UNKNOWN_TIMES = 100.0  # so many periods of the profile, while the usual gap is not known
FEWEST_GAPS = 5
# A machine that is switched off may take its sensors along: over a weekend and the nights about it.
OFF_MS = 72 * 60 * 60 * 1_000


@dataclass(frozen=True, slots=True)
class QuietPage:
    """Devices that were not heard lately, by id. ``last``: the id behind which the next page
    begins; None at the end."""

    devices: tuple[DeviceRecord, ...]
    last: str | None


def limit_silence(starts_t: Sequence[int], period_s: float) -> float:
    """How long (ms) a device may be quiet.

    starts_t: event times (ms), increasing, at which messages of it began. What counts is the gap
    that nine of ten are not above, so that a device which sends each hour is not called silent.
    """
    gaps = sorted(later - earlier for earlier, later in pairwise(starts_t) if later > earlier)
    if len(gaps) < FEWEST_GAPS:
        return max(LEAST_MS, UNKNOWN_TIMES * period_s * 1_000)
    return max(LEAST_MS, TIMES * gaps[round(0.9 * (len(gaps) - 1))])


def raise_silence(device: DeviceRecord) -> Alert:
    """The alert of a silent device. It begins right after its newest reading, so that the same
    silence is always the same alert."""
    began_t = device.last_t + 1
    return _make_alert(device, "raised", silence_id(device.device_id, began_t), began_t)


def clear_silence(device: DeviceRecord, alert_id: str) -> Alert:
    """The end of the silence *alert_id*, at the newest reading."""
    return _make_alert(device, "cleared", alert_id, device.last_t)


def is_heard(device: DeviceRecord, raised_t: int) -> bool:
    """Whether the device has sent something newer than the silence that began at event time
    *raised_t* (ms); late readings are not."""
    return device.last_t >= raised_t


def _make_alert(device: DeviceRecord, change: Change, alert_id: str, t: int) -> Alert:
    return Alert(
        change=change,
        alert_id=alert_id,
        device_id=device.device_id,
        site_id=device.site_id,
        profile=device.profile,
        t=t,
        score=None,
        threshold=None,
        cause="silence" if change == "raised" else None,
        contributions={},
        sensors={},
        model_version=None,
        enqueued_at=device.enqueued_at,
        state=device.state,
    )
