"""One simulated device: its healthy signal with its faults laid over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from device_sim.devices.showing import Shown
from device_sim.faults.kinds import Fault, disturb, find_onset
from device_sim.signals.sensors import Sensor
from device_sim.signals.shapes import Floats, Times
from device_sim.signals.stream import Signal
from device_sim.signals.switch import Switch
from tocsin.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Readings:
    """Consecutive readings of one device.

    ``t_ms`` [n] event times; ``values`` [n, channels] in raw units, NaN where missing;
    ``faults`` [n] the fault covering each reading, or None; ``told`` [n] what the device tells of
    its operating state, empty where it tells nothing.
    """

    t_ms: Times
    values: Floats
    faults: list[Fault | None]
    told: Sequence[str] = ()


class SimulatedDevice:
    """Takes readings from a signal and disturbs them; any cut into pieces gives the same."""

    def __init__(
        self,
        signal: Signal,
        profile: Profile,
        faults: Iterator[Fault],
        sensors: Sequence[Sensor] = (),
        switch: Switch | None = None,
    ) -> None:
        """*faults*: in order of time, none overlapping. *sensors*: by channel, none for such as
        show the signal as it is. *switch*: what the device tells of itself, None for nothing."""
        self._signal = signal
        self._switch = switch
        self._channels = profile.channel_names
        self._limits = np.array([(channel.low, channel.high) for channel in profile.channels]).T
        self._period_ms = round(profile.period_s * 1000)
        self._coming = faults
        self._next = next(faults, None)
        self._held: dict[str, float] | None = None
        self._shown = Shown(sensors)

    def next_ms(self, n: int) -> int:
        """Event time of the last of the next *n* readings."""
        return self._signal.next_ms(n)

    def take(self, n: int) -> Readings:
        """The next *n* readings."""
        t_ms, values = self._signal.take(n)
        labels: list[Fault | None] = [None] * n
        last = int(t_ms[-1]) if n else 0
        while self._next is not None and n and self._next.start_ms <= last:
            fault = self._next
            values = self._lay_over(fault, t_ms, values)
            for index in np.flatnonzero((t_ms >= fault.start_ms) & (t_ms < fault.end_ms)):
                labels[index] = fault
            if fault.end_ms > last + self._period_ms:
                break
            self._next, self._held = next(self._coming, None), None
        shown = self._shown.show(np.clip(values, *self._limits))
        told = [] if self._switch is None else self._switch.tell(t_ms)
        return Readings(t_ms, np.round(np.clip(shown, *self._limits), 9), labels, told)

    def _lay_over(self, fault: Fault, t_ms: Times, values: Floats) -> Floats:
        if self._held is None:
            self._held = find_onset(fault, t_ms, values, self._channels)
            if self._held is None:
                return values
        return disturb(
            fault,
            t_ms,
            values,
            channels=self._channels,
            period_ms=self._period_ms,
            held=self._held,
        )
