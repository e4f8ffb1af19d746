"""Signals: reproducible, the same however they are cut, physical, and believable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.signals.duty import SHIFTS, shift_share
from device_sim.signals.shapes import (
    DAY_MS,
    HOUR_MS,
    Floats,
    daily,
    draw_coloured,
    hour_of_day,
    lag,
    quantise,
)
from device_sim.signals.stream import MACHINES, TRAITS, SignalStream
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
MONDAY_MS = 1_767_571_200_000


def stream(profile: str, *, device: str = "d-1", seed: int = 1) -> SignalStream:
    return SignalStream(device, PROFILES[profile], seed=seed, start_ms=MONDAY_MS)


def readings(profile: str, n: int, *, device: str = "d-1", seed: int = 1) -> Floats:
    return stream(profile, device=device, seed=seed).take(n)[1]


def column(profile: str, values: Floats, channel: str) -> Floats:
    found: Floats = values[:, PROFILES[profile].channel_names.index(channel)]
    return found


def test_every_profile_has_a_signal_and_traits() -> None:
    assert set(MACHINES) == set(PROFILES)
    for name, profile in PROFILES.items():
        assert tuple(TRAITS[name]) == profile.judged_names


@pytest.mark.parametrize("profile", sorted(PROFILES))
@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_any_cut_gives_the_same_readings(profile: str, cuts: list[int]) -> None:
    whole_times, whole_values = stream(profile).take(sum(cuts))
    cut = stream(profile)
    parts = [cut.take(n) for n in cuts]
    assert np.array_equal(np.concatenate([times for times, _ in parts]), whole_times)
    values = np.concatenate([values for _, values in parts])
    assert np.array_equal(values, whole_values, equal_nan=True)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_seed_and_device_decide(profile: str) -> None:
    taken = readings(profile, 50)
    assert np.array_equal(taken, readings(profile, 50), equal_nan=True)
    assert not np.array_equal(taken, readings(profile, 50, seed=2))
    assert not np.array_equal(taken, readings(profile, 50, device="d-2"))


def test_times_are_one_period_apart_from_the_start() -> None:
    times, values = stream("pump").take(400)
    assert times[0] == MONDAY_MS
    assert set(np.diff(times).tolist()) == {1000}
    assert values.shape == (400, 8)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_day_stays_within_what_the_sensors_show(profile: str) -> None:
    values = readings(profile, 86_400)
    judged = len(PROFILES[profile].judged_names)
    assert np.isfinite(values[:, :judged]).all()
    for index, channel in enumerate(PROFILES[profile].channels[:judged]):
        assert channel.low < values[:, index].min()
        assert values[:, index].max() < channel.high
        assert values[:, index].std() > 0


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_declared_spreads_are_those_of_an_hour(profile: str) -> None:
    hours = np.concatenate(
        [readings(profile, 12 * 3600, device=f"d-{n}").reshape(12, 3600, -1) for n in range(3)]
    )
    measured = np.median(hours.std(axis=1), axis=0)
    for index, (name, trait) in enumerate(TRAITS[profile].items()):
        assert 0.5 < trait.spread / measured[index] < 2.6, name


def test_load_drives_every_channel_of_a_workcell() -> None:
    values = readings("workcell", 4 * 3600)
    together = np.asarray(np.corrcoef(values.T))
    names = PROFILES["workcell"].channel_names
    cpu = names.index("cpu_pct")
    assert together[cpu, names.index("energy_w")] > 0.95
    assert together[cpu, names.index("response_ms")] > 0.8
    assert together[cpu, names.index("vibration_mm_s")] > 0.7


def test_response_time_grows_faster_than_the_load() -> None:
    values = readings("workcell", 12 * 3600)
    cpu = column("workcell", values, "cpu_pct")
    response = column("workcell", values, "response_ms")
    low, middle, high = (
        float(response[(cpu > at - 5) & (cpu < at + 5)].mean()) for at in (20, 45, 65)
    )
    assert (high - middle) / 20 > 1.5 * (middle - low) / 25


def test_winding_temperature_lags_the_load_of_a_motor() -> None:
    values = readings("motor", 12 * 3600)
    temperature = column("motor", values, "temperature_c")
    vibration = column("motor", values, "vibration_mm_s")
    at_once = np.corrcoef(vibration, temperature)[0, 1]
    later = np.corrcoef(vibration[:-600], temperature[600:])[0, 1]
    assert later > at_once


def test_humidity_falls_when_it_gets_warm_and_batteries_drain() -> None:
    values = readings("environment", 86_400)
    temperature = column("environment", values, "temperature_c")
    assert np.corrcoef(temperature, column("environment", values, "humidity_pct"))[0, 1] < -0.7
    battery = column("environment", values, "battery_pct")
    assert battery[-3600:].mean() < battery[:3600].mean()


def test_an_oven_swings_around_its_setpoint() -> None:
    temperature = column("thermal", readings("thermal", 3 * 3600)[-3600:], "temperature_c")
    smooth = np.convolve(temperature, np.ones(15) / 15, mode="valid")
    turns = np.count_nonzero(np.diff(np.sign(smooth - smooth.mean())))
    assert turns > 6
    assert 3.0 < smooth.max() - smooth.min() < 14.0


def test_a_pump_looks_like_one_of_a_small_water_loop() -> None:
    values = readings("pump", 3600)
    usual = dict(zip(PROFILES["pump"].channel_names, values.mean(axis=0), strict=True))
    assert usual["flow_lpm"] == pytest.approx(32, abs=1)
    assert usual["voltage_v"] == pytest.approx(231, abs=3)
    assert usual["current_a"] == pytest.approx(1.0, abs=0.15)
    assert usual["temperature_c"] == pytest.approx(72, abs=12)
    assert len(np.unique(column("pump", values, "pressure_bar"))) < 12


def test_temperature_follows_the_time_of_day() -> None:
    values = readings("environment", 86_400)
    by_hour = column("environment", values, "temperature_c").reshape(24, 3600).mean(axis=1)
    assert by_hour[13:18].mean() > by_hour[1:6].mean() + 1.0


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.floats(-50, 50), min_size=1, max_size=60),
    tau=st.floats(0.5, 500),
    before=st.floats(-50, 50),
)
def test_lag_is_the_recursion_it_stands_for(values: list[float], tau: float, before: float) -> None:
    share = np.exp(-1.0 / tau)
    wanted, last = [], before
    for value in values:
        last = share * last + (1 - share) * value
        wanted.append(last)
    assert np.allclose(lag(np.asarray(values), tau, before), wanted, atol=1e-9)


def test_coloured_noise_has_the_spread_and_the_memory_asked_for() -> None:
    rng = np.random.default_rng(5)
    last, parts = 0.0, []
    for _ in range(400):
        parts.append(draw_coloured(rng, 300, 10.0, 2.0, last))
        last = float(parts[-1][-1])
    noise = np.concatenate(parts)
    assert noise.std() == pytest.approx(2.0, rel=0.05)
    assert np.corrcoef(noise[:-10], noise[10:])[0, 1] == pytest.approx(np.exp(-1), abs=0.05)


def test_quantised_values_lie_on_the_steps() -> None:
    steps = (quantise(np.linspace(-2, 2, 50), 0.25, 0.1) - 0.1) / 0.25
    assert np.allclose(steps, np.round(steps))


def test_local_time_of_day() -> None:
    times = np.array([MONDAY_MS, MONDAY_MS + 23 * HOUR_MS])
    assert hour_of_day(times, 2.0).tolist() == [2.0, 1.0]
    assert daily(np.array([15.0, 3.0]), peak_h=15.0) == pytest.approx([1.0, -1.0])


def test_shifts_know_nights_and_weekends() -> None:
    noon, night = 12 * HOUR_MS, 23 * HOUR_MS
    saturday = MONDAY_MS + 5 * DAY_MS
    times = np.array([MONDAY_MS + noon, MONDAY_MS + night, saturday + noon])
    two_shifts = SHIFTS[1]
    assert shift_share(two_shifts, times, 0.0).tolist() == [1.0, 0.45, 0.6]
