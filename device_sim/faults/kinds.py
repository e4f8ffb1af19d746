"""Faults laid over healthy readings, as pure transformations, with their truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from device_sim.signals.shapes import Floats, Times

# A fault that changes when readings arrive, not what they say.
LATE_BURST = "late_burst"
DROPOUT = "dropout"
STUCK = "stuck"
# Faults of the processor: they change what the device does (devices/drive.py), which its readings
# then show.
OVERLOAD = "overload"
THROTTLED = "throttled"
WORK_KINDS = (OVERLOAD, THROTTLED)
# A machine that is switched on and does not get going (signals/resting.py).
STALLED_START = "stalled_start"
WORK_CHANNELS = {
    OVERLOAD: ("cpu_pct", "energy_w", "response_ms"),
    THROTTLED: ("cpu_pct", "energy_w", "response_ms", "temperature_c"),
}
# Readings in one swing of a channel that no longer follows the others.
SWING_READINGS = 40.0
# A drift reaches its full size after this share of its time, and stays there.
DRIFT_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Fault:
    """One disturbance of one device: what really happened, to compare the detection with.

    It touches the readings with ``start_ms <= t < end_ms``. ``magnitude`` is in units of each
    channel's normal spread; ``sizes`` is the same in raw units, signed, by channel. Both are 0 for
    the kinds that have no size (``SIZELESS``).
    """

    kind: str
    device: str
    channels: tuple[str, ...]
    start_ms: int
    end_ms: int
    magnitude: float
    sizes: tuple[float, ...]
    seed: int

    def document(self) -> dict[str, Any]:
        """The fault as a line of faults.jsonl."""
        return {
            "kind": self.kind,
            "device": self.device,
            "channels": list(self.channels),
            "start": self.start_ms,
            "end": self.end_ms,
            "magnitude": self.magnitude,
            "sizes": dict(zip(self.channels, self.sizes, strict=True)),
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """The readings of one channel inside a fault, and where in the fault they lie."""

    values: Floats  # [n] healthy
    position: Floats  # [n] readings since the fault began
    length: int  # readings the whole fault lasts
    size: float  # raw units, signed
    held: float  # the healthy value of the fault's first reading
    seed: int


def _add_spike(on: Stretch) -> Floats:
    return on.values + on.size * (1.0 - 0.5 * on.position / on.length)


def _shift_level(on: Stretch) -> Floats:
    return on.values + on.size


def _add_drift(on: Stretch) -> Floats:
    share = np.minimum(1.0, (on.position + 1) / (DRIFT_SHARE * on.length))
    drifted: Floats = on.values + on.size * share
    return drifted


def _hold_value(on: Stretch) -> Floats:
    return np.full_like(on.values, on.held)


def _add_noise(on: Stretch) -> Floats:
    # The whole fault's noise is drawn each time, so that any cut of the readings sees the same.
    noise = np.random.default_rng(on.seed).standard_normal(on.length)
    noisy: Floats = on.values + on.size * noise[on.position.astype(int)]
    return noisy


def _drop_values(on: Stretch) -> Floats:
    return np.full_like(on.values, np.nan)


def _break_correlation(on: Stretch) -> Floats:
    swing: Floats = np.sin(2 * np.pi * (on.position + 1) / SWING_READINGS)
    broken: Floats = on.held + on.size * swing
    return broken


def _leave_values(on: Stretch) -> Floats:
    return on.values


KINDS: Mapping[str, Callable[[Stretch], Floats]] = {
    "spike": _add_spike,
    "level_shift": _shift_level,
    "drift": _add_drift,
    STUCK: _hold_value,
    "noise_burst": _add_noise,
    DROPOUT: _drop_values,
    "correlation_break": _break_correlation,
    LATE_BURST: _leave_values,
}
SIZELESS = frozenset({STUCK, DROPOUT, LATE_BURST, STALLED_START, *WORK_KINDS})


def disturb(
    fault: Fault,
    t_ms: Times,
    values: Floats,
    *,
    channels: Sequence[str],
    period_ms: int,
    held: Mapping[str, float],
) -> Floats:
    """*values* [n, channels] with *fault* laid over the readings it covers; the rest untouched.

    *held*: the healthy value of each channel at the fault's first reading (``find_onset``).
    """
    if fault.kind in WORK_KINDS or fault.kind == STALLED_START:
        return values
    inside = (t_ms >= fault.start_ms) & (t_ms < fault.end_ms)
    if not inside.any():
        return values
    changed = values.copy()
    position = (t_ms[inside] - fault.start_ms) // period_ms
    length = -(-(fault.end_ms - fault.start_ms) // period_ms)
    for offset, (name, size) in enumerate(zip(fault.channels, fault.sizes, strict=True)):
        column = channels.index(name)
        changed[inside, column] = KINDS[fault.kind](
            Stretch(
                values=values[inside, column],
                position=position.astype(float),
                length=length,
                size=size,
                held=held[name],
                seed=fault.seed + offset,
            )
        )
    return changed


def find_onset(
    fault: Fault, t_ms: Times, values: Floats, channels: Sequence[str]
) -> dict[str, float] | None:
    """The healthy values at the first of these readings inside *fault*; None if there is none."""
    inside = np.flatnonzero((t_ms >= fault.start_ms) & (t_ms < fault.end_ms))
    if len(inside) == 0:
        return None
    return {name: float(values[inside[0], channels.index(name)]) for name in fault.channels}
