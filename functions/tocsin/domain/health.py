"""How far a device can be relied on to run tasks, from what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.domain.device_record import DeviceRecord

IN_ALERT = 0.2  # below any sensible min_health: its tasks go elsewhere while they can
SENSORS_OUT = 0.7  # its work may be sound, but nobody would see if it were not
# After an alert has cleared, a device is relied on more and more: a fault may only have gone out of
# sight together with the work. By a usual min_health of .3 it gets small tasks after a minute.
RECOVERY_MS = 10 * 60 * 1_000


@dataclass(frozen=True, slots=True)
class Health:
    """``value``: 1 sound, 0 failed. ``why``: in words, empty for a sound device."""

    value: float
    why: str = ""


SOUND = Health(1.0)


def judge_health(state: DeviceRecord | None, *, silent_after_ms: float, now_ms: int) -> Health:
    """The health of a device from what is kept of it; None: it never reported."""
    if state is None:
        return Health(0.0, "it has never sent a reading")
    quiet_ms = now_ms - state.enqueued_at
    if quiet_ms > silent_after_ms:
        return Health(0.0, f"nothing heard of it for {quiet_ms / 1_000:.0f} s")
    if state.alert_since is not None:
        return Health(IN_ALERT, "it is in alert")
    if state.sensors:
        return Health(SENSORS_OUT, f"sensors out: {', '.join(sorted(state.sensors))}")
    return _judge_recovery(state, now_ms)


def all_silent(
    states: Iterable[DeviceRecord | None], *, silent_after_ms: float, now_ms: int
) -> bool:
    """Whether nobody was heard: then the path is broken rather than every device."""
    return all(state is None or now_ms - state.enqueued_at > silent_after_ms for state in states)


def _judge_recovery(state: DeviceRecord, now_ms: int) -> Health:
    cleared_at = state.cleared_at
    if cleared_at is None or now_ms - cleared_at >= RECOVERY_MS:
        return SOUND
    share = max(now_ms - cleared_at, 0) / RECOVERY_MS
    value = IN_ALERT + (1.0 - IN_ALERT) * share
    return Health(round(value, 2), "an alert has cleared minutes ago")
