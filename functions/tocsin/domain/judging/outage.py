"""Sensors that are out: called when they go, known for as long as they stay away.

A sensor that is out for good must neither keep an alert open for ever, which would hide the next
fault of the machine, nor call again and again. So each outage makes readings anomalous for a while
only, long enough to raise an alert; that the sensor is out stands in the device's document all the
time.
"""

from __future__ import annotations

from dataclasses import dataclass

CALLED_FOR = 120  # periods of event time


@dataclass(frozen=True, slots=True)
class Outage:
    """How many sensors are out, and since when (event time, ms) it has been as many."""

    sensors: int = 0
    since: int = 0

    def calls(self, t: int, period_ms: float) -> bool:
        """Whether the reading at *t* is anomalous for a sensor that has gone lately."""
        return self.sensors > 0 and t - self.since < CALLED_FOR * period_ms


NONE_OUT = Outage()


def next_outage(outage: Outage, t: int, sensors: int) -> Outage:
    """Step *outage* over the reading at *t* (ms) with *sensors* out: one more begins it anew."""
    if sensors == outage.sensors:
        return outage
    if not sensors:
        return NONE_OUT
    return Outage(sensors, t if sensors > outage.sensors else outage.since)
