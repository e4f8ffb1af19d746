"""What sensors make of values: steps, dead bands, and the same however readings are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.devices.sensing import SimulatedDevice
from device_sim.devices.showing import Shown
from device_sim.faults.schedule import Target, make_fault, random_faults
from device_sim.signals.sensors import COARSE, ON_CHANGE, Fitting, Sensor, fit_sensors
from device_sim.signals.shapes import Floats
from device_sim.signals.stream import SignalStream
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
START_MS = 1_767_571_200_000 + 10 * 3_600_000
VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=40)


def column(values: list[float]) -> Floats:
    return np.array(values)[:, np.newaxis]


def take(profile: str, fitting: Fitting, readings: int = 3_600) -> Floats:
    signal = SignalStream("d", PROFILES[profile], seed=1, start_ms=START_MS)
    sensors = fit_sensors("d", PROFILES[profile], fitting)
    return SimulatedDevice(signal, PROFILES[profile], iter(()), sensors).take(readings).values


def longest_rest(values: Floats) -> int:
    changes = np.flatnonzero(np.diff(values, prepend=np.nan, append=np.nan) != 0)
    return int(np.diff(changes).max(initial=0))


@given(VALUES, st.sampled_from([0.01, 0.1, 0.5, 1.0]))
def test_a_coarse_sensor_shows_the_nearest_of_its_steps(values: list[float], step: float) -> None:
    shown = Shown([Sensor(step=step)]).show(column(values))[:, 0]
    np.testing.assert_allclose(shown / step, np.round(shown / step), atol=1e-6)
    assert np.abs(shown - values).max() <= step / 2 + 1e-6


@given(VALUES, st.floats(0.1, 50), st.integers(0, 40))
def test_a_value_is_held_until_it_is_off_by_the_band(
    values: list[float], band: float, cut: int
) -> None:
    whole = Shown([Sensor(band=band)]).show(column(values))[:, 0]
    assert (np.abs(whole - values) < band).all()
    changed = np.flatnonzero(np.diff(whole)) + 1
    assert (whole[changed] == np.array(values)[changed]).all()
    assert (np.abs(np.diff(whole))[changed - 1] >= band).all()
    apart = Shown([Sensor(band=band)])
    parts = [apart.show(column(values)[:cut]), apart.show(column(values)[cut:])]
    np.testing.assert_array_equal(np.concatenate(parts)[:, 0], whole)


def test_what_is_missing_stays_missing_and_ends_no_standstill() -> None:
    shown = Shown([Sensor(band=1.0)]).show(column([5.0, np.nan, 5.5, 6.5]))
    np.testing.assert_array_equal(shown[:, 0], [5.0, np.nan, 5.0, 6.5])


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_fine_sensors_leave_the_signal_as_it_is(profile: str) -> None:
    signal = SignalStream("d", PROFILES[profile], seed=1, start_ms=START_MS)
    plain = SimulatedDevice(signal, PROFILES[profile], iter(())).take(300).values
    np.testing.assert_array_equal(take(profile, "fine", 300), plain)


@pytest.mark.parametrize(("fitting", "tables"), [("coarse", COARSE), ("on-change", ON_CHANGE)])
@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_kind_has_coarse_sensors_that_rest_as_they_say(
    fitting: Fitting, tables: dict[str, dict[str, Sensor]], profile: str
) -> None:
    values = take(profile, fitting)
    names = PROFILES[profile].channel_names
    assert set(tables[profile]) <= set(names)
    assert any(sensor.rests is not None for sensor in tables[profile].values())
    for name, sensor in tables[profile].items():
        if sensor.rests:
            assert 1 < longest_rest(values[:, names.index(name)]) <= 1.5 * sensor.rests, name


def test_a_mixed_fleet_has_all_three_and_half_of_it_is_fine() -> None:
    fitted = [fit_sensors(f"d-{n}", PROFILES["motor"], "mixed") for n in range(400)]
    fine, coarse, on_change = (
        fitted.count(fit_sensors("d", PROFILES["motor"], fitting))
        for fitting in ("fine", "coarse", "on-change")
    )
    assert fine + coarse + on_change == 400
    assert 160 < fine < 240
    assert 60 < coarse < 140


def test_a_fault_is_as_large_as_what_the_sensor_tells_apart() -> None:
    profile = PROFILES["pump"]
    target = Target("d", profile, sensors=fit_sensors("d", profile, "coarse"))
    faults = [
        make_fault(
            target,
            "level_shift",
            start_ms=START_MS,
            end_ms=START_MS + 60_000,
            magnitude=6.0,
            rng=np.random.default_rng(seed),
        )
        for seed in range(40)
    ]
    sizes = {
        name: size
        for fault in faults
        for name, size in zip(fault.channels, fault.sizes, strict=True)
    }
    assert sizes["vibration1_g"] == pytest.approx(6 * 0.01)  # six of its steps
    assert sizes["vibration2_g"] == pytest.approx(6 * 0.01)


@pytest.mark.parametrize("fitting", ["coarse", "on-change"])
def test_what_rests_for_hours_is_never_stuck_and_what_is_stuck_is_so_for_longer(
    fitting: Fitting,
) -> None:
    profile = PROFILES["environment"]
    sensors = fit_sensors("d", profile, fitting)
    rests = max(sensor.rests or 0 for sensor in sensors)
    faults = random_faults(
        Target("d", profile, sensors=sensors),
        seed=1,
        start_ms=0,
        rate_per_hour=1.0,
        kinds=("stuck",),
    )
    for _, fault in zip(range(60), faults, strict=False):
        assert "battery_pct" not in fault.channels
        assert fault.end_ms - fault.start_ms > 2 * rests * 1_000
