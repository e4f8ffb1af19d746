"""Simulated machines that run down from work: a stop raises nothing, and a fault that makes them
less active while they work on is called."""

from __future__ import annotations

import numpy as np
import pytest

from device_sim.devices.sensing import SimulatedDevice
from device_sim.signals.resting import RestingStream
from device_sim.signals.rota import MINUTE_MS, Turns
from device_sim.signals.sensors import Fitting, fit_sensors
from device_sim.signals.stream import SignalStream
from tests.unit.tocsin.shipped import Device, Rows, name_channel, profile_named, take_healthy
from tocsin.domain.states.run_down import LONGEST

WORKS, RESTS = 300, 40  # readings
TURNS = Turns(60, 60)
# When it has as many readings to go until it is switched off.
START = 13_300 * 120 * MINUTE_MS + 60 * MINUTE_MS - WORKS * 1_000
# Below that of a new device: these stops are odd for long enough.
FACTOR = 0.8
FAULT = 200  # the reading with which one begins


def make_device(name: str) -> Device:
    device = Device(profile_named(name))
    device.thresholds.by_device["rig-1"] = FACTOR
    return device


def take_stop(name: str, seed: int, fitting: Fitting) -> Rows:
    """A machine at work that is switched off."""
    profile, device = profile_named(name), f"{name}-{seed}"
    signal = SignalStream(device, profile, seed=seed, start_ms=START)
    stream = RestingStream(device, profile, signal, TURNS, seed=seed)
    sensors = fit_sensors(device, profile, fitting)
    taken = SimulatedDevice(stream, profile, iter(()), sensors).take(WORKS + RESTS)
    return [list(row) for row in taken.values.tolist()]


@pytest.mark.parametrize("fitting", ["fine", "on-change"])
@pytest.mark.parametrize(
    ("name", "seeds"), [("motor", (16, 22)), ("workcell", (6,)), ("pump", (2,))]
)
async def test_a_stop_from_work_raises_nothing(
    name: str, seeds: tuple[int, ...], fitting: Fitting
) -> None:
    for seed in seeds:
        device = make_device(name)
        await device.send(take_stop(name, seed, fitting))
        assert device.state["operating"]["state"] == "off"
        assert device.alerts == []
        assert device.state["run"] == 0, "nothing of it counts for what comes"


async def find_delay(name: str, rows: Rows) -> int:
    """How many readings after it began the fault in *rows* was called."""
    device = make_device(name)
    await device.send(rows)
    raised = [alert["t"] for alert in device.raised]
    times = [t for message in device.store.all("readings") for t in message["t"]]
    (at, *_) = (sorted(times).index(t) for t in raised)
    return int(at) - FAULT


async def test_an_activity_that_falls_to_another_level_is_called_once_it_stays_there() -> None:
    motor = profile_named("motor")
    rows = np.array(take_healthy(motor, FAULT + 60, seed=14))
    rows[:, name_channel(motor, "vibration_mm_s")] *= 1.4
    rows[FAULT:, name_channel(motor, "vibration_mm_s")] *= 0.5
    assert 0 <= await find_delay("motor", rows.tolist()) <= 3 + LONGEST


async def test_a_burst_of_noise_is_called_though_it_falls_at_times() -> None:
    motor, rng = profile_named("motor"), np.random.default_rng(5)
    rows = np.array(take_healthy(motor, FAULT + 60))
    rows[FAULT:, name_channel(motor, "vibration_mm_s")] *= rng.uniform(0.5, 1.5, size=60)
    assert 0 <= await find_delay("motor", rows.tolist()) <= 3 + LONGEST
