"""How far a device can be relied on to run tasks where nothing is measured of its work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tocsin.domain.devices.device_record import DeviceRecord

IN_ALERT = 0.2  # below any sensible min_health: its tasks go elsewhere while they can
# After an alert has cleared, a device is relied on more and more: a fault may only have gone out of
# sight together with the work. By a usual min_health of .3 it gets small tasks after 75 periods.
RECOVERY = 600  # periods


@dataclass(frozen=True, slots=True)
class Health:
    """``value``: 1 sound, 0 failed. ``why``: in words, empty for a sound device."""

    value: float
    why: str = ""


SOUND = Health(1.0)


def guess_health(state: DeviceRecord, now_ms: int) -> Health:
    """The health of a device whose work nothing is measured of: its alerts are all there is."""
    if state.is_in_alert:
        return Health(IN_ALERT, "it is in alert, and nothing is measured of its work")
    return _judge_recovery(state, now_ms)


def all_silent(
    states: Iterable[DeviceRecord | None],
    *,
    silent_after_ms: Callable[[DeviceRecord], float],
    now_ms: int,
) -> bool:
    """Whether nobody was heard: then the path is broken rather than every device.

    *silent_after_ms*: how long a device may be silent; one that sends more rarely may be so for
    three times as long as it usually is.
    """
    return all(
        state is None
        or now_ms - state.enqueued_at > state.rhythm.silent_after_ms(silent_after_ms(state))
        for state in states
    )


def _judge_recovery(state: DeviceRecord, now_ms: int) -> Health:
    cleared_at = state.cleared_at
    recovery_ms = state.work.measure_periods(RECOVERY)
    if cleared_at is None or now_ms - cleared_at >= recovery_ms:
        return SOUND
    share = max(now_ms - cleared_at, 0) / recovery_ms
    value = IN_ALERT + (1.0 - IN_ALERT) * share
    return Health(round(value, 2), "an alert has cleared minutes ago")
