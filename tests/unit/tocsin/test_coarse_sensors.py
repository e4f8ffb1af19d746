"""Sensors as they are: in steps, or held until they change, scored by the shipped bundles."""

from __future__ import annotations

import pytest

from device_sim.devices.sensing import SimulatedDevice
from device_sim.signals.sensors import FITTINGS, Fitting, fit_sensors
from device_sim.signals.stream import SignalStream
from tests.fakes.messages import NOW
from tests.unit.tocsin.domain.behaviour.learning import read_channel
from tests.unit.tocsin.shipped import Device, Rows, add_to, name_channel, profile_named
from tocsin.domain.behaviour.habits import COARSE, SEEN
from tocsin.domain.profile import Profile

READINGS = 600


def take_shown(profile: Profile, fitting: Fitting, readings: int = READINGS) -> Rows:
    signal = SignalStream(f"real-{profile.name}", profile, seed=11, start_ms=NOW - 10**7)
    sensors = fit_sensors("d", profile, fitting)
    taken = SimulatedDevice(signal, profile, iter(()), sensors).take(readings)
    return [list(row) for row in taken.values.tolist()]


def hold(rows: Rows, column: int, since: int) -> Rows:
    """*rows* whose *column* goes on with the value at *since*."""
    held = rows[since][column]
    return [
        [held if index == column and at >= since else value for index, value in enumerate(row)]
        for at, row in enumerate(rows)
    ]


@pytest.mark.parametrize("fitting", [fitting for fitting in FITTINGS if fitting != "mixed"])
@pytest.mark.parametrize("name", ["environment", "motor", "pump", "thermal"])
async def test_a_healthy_device_raises_nothing_whatever_its_sensors(
    name: str, fitting: Fitting
) -> None:
    profile = profile_named(name)
    device = Device(profile)
    await device.send(take_shown(profile, fitting))
    assert device.raised == []
    assert device.state["sensors"] == {}


async def test_a_pump_in_hundredths_of_a_g_is_not_stuck_and_says_so() -> None:
    profile = profile_named("pump")
    device = Device(profile)
    await device.send(take_shown(profile, "coarse"))
    assert device.state["sensors"] == {}
    assert device.raised == []
    record = await device.store.device("rig-1")
    assert record is not None
    assert any("vibration1_g" in remark for remark in record.remarks)
    assert read_channel(device.state, "temperature_c")[COARSE] == 1


@pytest.mark.parametrize("channel", ["current_a", "voltage_v"])
async def test_a_sensor_of_that_pump_that_is_really_stuck_is_found(channel: str) -> None:
    profile = profile_named("pump")
    device = Device(profile)
    rows = take_shown(profile, "coarse")
    await device.send(hold(rows, name_channel(profile, channel), 500))
    assert device.state["sensors"] == {channel: "stuck"}
    (alert,) = device.raised
    assert alert["t"] <= NOW + 520_000
    # By its score, or, where that stays usual, by its sensor.
    blamed: dict[str, float] = alert["contributions"] or dict.fromkeys(alert["sensors"], 1.0)
    assert max(blamed, key=lambda name: blamed[name]) == channel


@pytest.mark.parametrize("steps", [1.1, -1.2])
async def test_one_step_after_a_long_rest_is_no_event(steps: float) -> None:
    profile = profile_named("pump")
    device = Device(profile)
    column, band = name_channel(profile, "vibration1_g"), 0.002
    rows = take_shown(profile, "on-change")
    held = hold(rows, column, 300)
    await device.send(held[:480] + add_to(held[480:], column, steps * band))
    assert read_channel(device.state, "vibration1_g")[COARSE] == 1
    assert device.raised == []


async def test_a_fault_of_a_few_steps_is_found() -> None:
    profile = profile_named("environment")
    device = Device(profile)
    rows = take_shown(profile, "coarse")
    column = name_channel(profile, "battery_pct")
    await device.send(rows[:400] + add_to(rows[400:], column, -8.0))
    (alert, *_) = device.raised
    assert alert["t"] <= NOW + 420_000
    assert max(alert["contributions"], key=alert["contributions"].get) == "battery_pct"


async def test_what_was_learned_outlives_the_process() -> None:
    profile = profile_named("environment")
    device = Device(profile)
    rows = take_shown(profile, "coarse")
    await device.send(rows[:300])
    known = read_channel(device.state, "battery_pct")
    device.memory.forget(["rig-1"])
    await device.send(rows[300:])
    assert device.raised == []
    assert read_channel(device.state, "battery_pct")[SEEN] > known[SEEN]
