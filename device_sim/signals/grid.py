"""When a device's readings are, in blocks of a fixed size with random numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from device_sim.seeds import number_of
from device_sim.signals.shapes import Floats, Times
from tocsin.domain.profile import Profile

# BLOCK: readings computed at a time. A device has run for WARM_UP_BLOCKS before its first reading,
# so that its temperatures and loads are those of a machine that has long been switched on.
BLOCK = 300
WARM_UP_BLOCKS = 16


class Grid:
    """The readings of one device, numbered from the begin of its warm-up."""

    def __init__(self, device: str, profile: Profile, *, seed: int, start_ms: int) -> None:
        """*start_ms*: event time of the first reading after the warm-up."""
        self._channels = profile.channel_names
        self._low, self._high = np.array(
            [(channel.low, channel.high) for channel in profile.channels]
        ).T
        self._period_ms = round(profile.period_s * 1000)
        self._origin_ms = start_ms - WARM_UP_BLOCKS * BLOCK * self._period_ms
        self._key = (seed, number_of(device))

    @property
    def channels(self) -> int:
        """How many channels a reading has."""
        return len(self._channels)

    def time_of(self, reading: int) -> int:
        """Event time of a reading."""
        return self._origin_ms + reading * self._period_ms

    def times_of(self, block: int) -> Times:
        """Event times [BLOCK] of a block."""
        first = block * BLOCK
        return self._origin_ms + np.arange(first, first + BLOCK, dtype=np.int64) * self._period_ms

    def clip_values(self, by_name: Mapping[str, Floats]) -> Floats:
        """A block's channels as values [BLOCK, channels] within what the sensors can show."""
        stacked = np.column_stack([by_name[name] for name in self._channels])
        return np.clip(stacked, self._low, self._high)

    def rng(self, use: str, index: int = 0) -> np.random.Generator:
        """The random numbers of one use, such as one block."""
        return np.random.default_rng([*self._key, number_of(use), index])
