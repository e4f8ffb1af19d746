"""What the sensors of one device show of its values, from one reading to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device_sim.signals.sensors import PLAIN, Sensor
from device_sim.signals.shapes import Floats, quantise


class Shown:
    """Shows a device's values as its sensors do; any cut into pieces gives the same."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._sensors = [(at, sensor) for at, sensor in enumerate(sensors) if sensor != PLAIN]
        self._last: dict[int, float] = {}

    def show(self, values: Floats) -> Floats:
        """*values* [n, channels] in steps and held within dead bands; what is missing stays so."""
        if not self._sensors:
            return values
        shown = values.copy()
        for at, sensor in self._sensors:
            if sensor.step:
                shown[:, at] = quantise(shown[:, at], sensor.step)
            if sensor.band:
                shown[:, at] = self._hold(at, shown[:, at], sensor.band)
        return shown

    def _hold(self, at: int, values: Floats, band: float) -> Floats:
        """The last value again until one is further than *band* from it."""
        last = self._last.get(at, np.nan)
        held = []
        for value in values.tolist():
            # A value that is missing is sent as such, and ends nothing.
            if np.isnan(value):
                held.append(value)
                continue
            if not abs(value - last) < band:
                last = value
            held.append(last)
        self._last[at] = last
        return np.array(held)
