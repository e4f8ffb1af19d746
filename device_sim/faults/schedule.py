"""Which faults happen, where and when: seeded, never two at once on one device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from device_sim.faults.kinds import (
    DROPOUT,
    KINDS,
    LATE_BURST,
    OVERLOAD,
    SIZELESS,
    STUCK,
    THROTTLED,
    WORK_CHANNELS,
    Fault,
)
from device_sim.seeds import number_of
from device_sim.signals.sensors import PLAIN, Sensor
from device_sim.signals.stream import TRAITS
from tocsin.domain.profile import Profile

SECOND_MS = 1000
USUAL_IN_A_SLOT = 4
MOST_IN_A_SLOT = 12
MOST_CHANNELS = 3
LONGER = 2  # times as long as a sensor rests while all is well
# Below this a device waits for its next fault longer than any run.
LEAST_RATE = 0.001
MOST_RATE = 1000.0

# How long each kind lasts, in readings.
LENGTHS = {
    "spike": (2, 4),
    "level_shift": (30, 90),
    "drift": (60, 240),
    STUCK: (45, 120),
    "noise_burst": (20, 60),
    DROPOUT: (20, 60),
    "correlation_break": (40, 120),
    LATE_BURST: (20, 60),
    OVERLOAD: (60, 240),
    THROTTLED: (60, 240),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A device that may be disturbed. ``works_at``: the site where it runs tasks, if it does.
    ``sensors``: by channel, where they are not plain ones."""

    device: str
    profile: Profile
    works_at: str | None = None
    sensors: tuple[Sensor, ...] = ()

    @property
    def period_ms(self) -> int:
        return round(self.profile.period_s * SECOND_MS)

    def sensor_of(self, channel: str) -> Sensor:
        return dict(zip(self.profile.channel_names, self.sensors, strict=False)).get(channel, PLAIN)


def random_faults(
    target: Target,
    *,
    seed: int,
    start_ms: int,
    rate_per_hour: float,
    kinds: Sequence[str] = tuple(KINDS),
    magnitude: float = 6.0,
    slot_s: float = 3600.0,
) -> Iterator[Fault]:
    """The endless faults of one device, in order, on average *rate_per_hour*.

    Time is cut into slots of at most *slot_s*; each draws how many faults it holds and gives each
    its own part of the slot, so that none overlap. Magnitudes are 1 to 2 times *magnitude* spreads,
    or steps of the sensor where these are larger: what it does not tell apart, nobody can find.
    """
    slot_s = min(slot_s, 3600.0 * USUAL_IN_A_SLOT / rate_per_hour)
    slot_ms = round(slot_s * SECOND_MS)
    for slot in count():
        rng = np.random.default_rng([seed, number_of(target.device), slot])
        faults = min(int(rng.poisson(rate_per_hour * slot_s / 3600.0)), MOST_IN_A_SLOT)
        for part in range(faults):
            part_ms = slot_ms // faults
            kind = str(rng.choice(list(kinds)))
            shortest, longest = LENGTHS[kind]
            length = int(rng.integers(shortest, longest + 1)) + _rest_before(kind, target)
            length_ms = length * target.period_ms
            length_ms = max(target.period_ms, min(length_ms, part_ms * 6 // 10))
            slack_ms = max(1, part_ms - length_ms)
            begin = start_ms + slot * slot_ms + part * part_ms + int(rng.integers(slack_ms))
            yield make_fault(
                target,
                kind,
                start_ms=begin,
                end_ms=begin + length_ms,
                magnitude=magnitude * rng.uniform(1.0, 2.0),
                rng=rng,
            )


def make_fault(
    target: Target,
    kind: str,
    *,
    start_ms: int,
    end_ms: int,
    magnitude: float,
    rng: np.random.Generator,
    fewest_channels: int = 1,
) -> Fault:
    """A fault of *kind* on up to three channels (all of them when a whole device is silent)."""
    names = target.profile.judged_names
    channels = _choose_channels(kind, _list_telling(kind, target), rng, fewest_channels)
    if kind == DROPOUT and channels == names:
        channels = target.profile.channel_names  # a silent device does not tell its load either
    traits = TRAITS[target.profile.name]
    sign = -1.0 if rng.random() < 0.5 else 1.0
    sizes = [
        0.0 if kind in SIZELESS
        else magnitude
        * max(traits[name].spread, target.sensor_of(name).coarseness)
        * (sign if traits[name].falls else 1.0)
        for name in channels
    ]  # fmt: skip
    return Fault(
        kind=kind,
        device=target.device,
        channels=channels,
        start_ms=start_ms,
        end_ms=end_ms,
        magnitude=0.0 if kind in SIZELESS else round(magnitude, 3),
        sizes=tuple(sizes),
        seed=int(rng.integers(2**31)),
    )


def _list_telling(kind: str, target: Target) -> tuple[str, ...]:
    """The channels that show a fault of *kind*: one that rests for hours shows no standstill."""
    names = target.profile.judged_names
    if kind != STUCK:
        return names
    return tuple(name for name in names if target.sensor_of(name).rests is not None) or names


def _rest_before(kind: str, target: Target) -> int:
    """By how many readings a standstill has to be longer to be one that *target* does not know."""
    if kind != STUCK:
        return 0
    return max((LONGER * (sensor.rests or 0) for sensor in target.sensors), default=0)


def _choose_channels(
    kind: str, names: tuple[str, ...], rng: np.random.Generator, fewest: int
) -> tuple[str, ...]:
    if kind in WORK_CHANNELS:
        return WORK_CHANNELS[kind]
    if kind == LATE_BURST or (kind == DROPOUT and rng.random() < 0.5):
        return names
    wanted = int(rng.integers(min(fewest, len(names)), min(MOST_CHANNELS, len(names)) + 1))
    chosen = set(rng.choice(len(names), size=wanted, replace=False).tolist())
    return tuple(name for index, name in enumerate(names) if index in chosen)
