"""Simulated fleets: what the flags say of them is what the simulator knows."""

from __future__ import annotations

from device_sim.signals.sensors import FITTINGS
from ml_model.recordings.fleet import SENSORS


def test_the_sensors_are_those_of_the_simulator() -> None:
    assert SENSORS == FITTINGS
