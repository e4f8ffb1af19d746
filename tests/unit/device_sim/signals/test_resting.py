"""Machines that are switched off at times."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from device_sim.devices.resting import plan_faults_at_work
from device_sim.devices.sensing import SimulatedDevice
from device_sim.errors import UsageError
from device_sim.faults.kinds import STALLED_START
from device_sim.faults.rest import fit_faults, list_stalls, merge_faults, stall_starts
from device_sim.faults.schedule import Target, random_faults
from device_sim.signals.resting import RESTS, RestingStream, find_longest_start
from device_sim.signals.rota import Nights, Turns, parse_rota
from device_sim.signals.stream import MACHINES, SignalStream
from device_sim.signals.switch import find_switch
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
MOTOR = PROFILES["motor"]
HOUR_MS = 3_600_000
START_MS = 1_795_000_000_000 // (24 * HOUR_MS) * (24 * HOUR_MS)
TURNS = Turns(45, 15)


def make_stream(profile: str = "motor", share: float = 0.0) -> RestingStream:
    target = Target("m-1", PROFILES[profile])
    return RestingStream(
        "m-1",
        target.profile,
        SignalStream("m-1", target.profile, seed=4, start_ms=START_MS),
        TURNS,
        seed=4,
        stalls=list_stalls(
            stall_starts(target, TURNS, 0.0, seed=4, start_ms=START_MS, share=share)
        ),
    )


def test_there_is_a_rest_of_each_kind() -> None:
    assert set(RESTS) == set(MACHINES)


def test_a_workcell_that_rests_goes_on_with_its_tasks() -> None:
    workcell = PROFILES["workcell"]
    signals = [SignalStream("w-1", workcell, seed=4, start_ms=START_MS) for _ in range(2)]
    resting = RestingStream("w-1", workcell, signals[0], TURNS, seed=4, runs_tasks=True)
    (t_ms, values), (_, always_on) = resting.take(7_200), signals[1].take(7_200)
    at_rest = ~TURNS.is_on(t_ms, 0.0) & ~np.roll(TURNS.is_on(t_ms, 0.0), 120)
    changed = {
        name
        for name, column, before in zip(workcell.channel_names, values.T, always_on.T, strict=True)
        if not np.array_equal(column[at_rest], before[at_rest], equal_nan=True)
    }
    assert changed == {"energy_w", "temperature_c", "vibration_mm_s"}
    assert values[at_rest, workcell.channel_names.index("energy_w")].max() < 150


def test_a_room_at_night_is_colder_and_its_sensor_has_faults_as_by_day() -> None:
    room = PROFILES["environment"]
    signals = [SignalStream("r-1", room, seed=4, start_ms=START_MS) for _ in range(2)]
    resting = RestingStream("r-1", room, signals[0], Turns(480, 480), seed=4)
    (t_ms, values), (_, by_day) = resting.take(57_600), signals[1].take(57_600)
    set_back = values[:, 0] - by_day[:, 0]
    on = Turns(480, 480).is_on(t_ms, 0.0)
    assert -3.5 <= set_back[~on].min() < -3.2
    assert np.abs(np.diff(set_back)).max() < 0.01
    assert (values[:, 1] - by_day[:, 1])[~on].max() > 4.5
    assert np.array_equal(values[:, 2], by_day[:, 2])
    assert find_switch(room, TURNS) is None
    target = Target("r-1", room)
    faults = random_faults(target, seed=4, start_ms=START_MS, rate_per_hour=6.0)
    kept = plan_faults_at_work(target, faults, TURNS, seed=4, start_ms=START_MS, bad_starts=1.0)
    assert kept is faults


@pytest.mark.parametrize("profile", ["motor", "pump", "workcell"])
def test_a_machine_at_rest_shows_next_to_nothing_and_comes_back(profile: str) -> None:
    states = PROFILES[profile].states
    assert states is not None
    column = PROFILES[profile].channel_names.index(states.activity[0].channel)
    t_ms, values = make_stream(profile).take(2 * 3_600)
    on = TURNS.is_on(t_ms, 0.0)
    settled = on & np.roll(on, 120)
    at_rest = ~on & ~np.roll(on, 120)
    assert values[at_rest, column].max() < 0.1 * np.median(values[settled, column])
    assert values[settled, column].min() > 0.3 * np.median(values[settled, column])


def test_an_oven_says_that_it_is_off_and_cools_and_heats_for_long() -> None:
    thermal = PROFILES["thermal"]
    rota = Turns(180, 180)
    signal = SignalStream("o-1", thermal, seed=4, start_ms=START_MS)
    resting = RestingStream("o-1", thermal, signal, rota, seed=4)
    switch = find_switch(thermal, rota)
    assert switch is not None
    device = SimulatedDevice(resting, thermal, iter(()), (), switch)
    readings = device.take(2 * 6 * 3_600)
    values = readings.values[:, 0]
    on = rota.is_on(readings.t_ms, 0.0)
    assert [told == "on" for told in readings.told] == on.tolist()
    (start,) = np.flatnonzero(on[1:] & ~on[:-1])[:1].tolist()
    assert values[start] < 40
    assert values[start + 600] < 0.7 * np.median(values[start + 3_600 : start + 7_200])
    assert values[start + 1_600] > 145
    (stop,) = np.flatnonzero(~on[start + 1 :])[:1].tolist()
    assert values[start + 1 + stop + 600] > 100
    # Each loses its heat at a rate of its own.
    rest, rng = RESTS["thermal"]["temperature_c"], np.random.default_rng(4)
    assert len({rest.draw(rng).down for _ in range(3)}) == 3


def test_a_start_of_an_oven_that_stalls_lasts_longer_than_any_other() -> None:
    target = Target("o-1", PROFILES["thermal"])
    stall = next(stall_starts(target, TURNS, 0.0, seed=4, start_ms=START_MS, share=1.0))
    assert stall.channels == ("temperature_c",)
    states = target.profile.states
    assert states is not None
    assert stall.end_ms - stall.start_ms > 1_000 * states.start_s
    assert 1_000 * find_longest_start("thermal") < 1_000 * states.start_s


def test_who_shows_that_it_is_off_tells_nothing_and_who_is_never_off_neither() -> None:
    assert find_switch(MOTOR, TURNS) is None
    assert find_switch(PROFILES["thermal"], None) is None


def test_a_machine_that_is_off_at_first_has_long_been_off() -> None:
    night = RestingStream(
        "m-1",
        MOTOR,
        SignalStream("m-1", MOTOR, seed=4, start_ms=START_MS),
        Nights(),  # the first reading is at midnight
        seed=4,
    )
    _, values = night.take(600)
    assert values[:, MOTOR.channel_names.index("vibration_mm_s")].max() < 0.1
    assert values[:, MOTOR.channel_names.index("temperature_c")].max() < 25


def test_any_cut_gives_the_same_readings() -> None:
    whole = make_stream(share=0.5).take(4_000)[1]
    pieces = make_stream(share=0.5)
    cut = np.concatenate([pieces.take(size)[1] for size in (1, 599, 2_000, 1_400)])
    assert np.allclose(whole, cut)


def test_a_start_that_stalls_stays_far_below_work() -> None:
    t_ms, values = make_stream(share=1.0).take(2 * 3_600)
    turned_on = int(np.flatnonzero(np.diff(TURNS.is_on(t_ms, 0.0).astype(int)) == 1)[0])
    stalled = values[turned_on + 60 : turned_on + 300, 1]
    assert stalled.max() < 0.5 * np.median(values[turned_on + 400 : turned_on + 1_000, 1])


def test_faults_happen_to_machines_at_work_one_at_a_time() -> None:
    target = Target("m-1", MOTOR)
    rates = random_faults(target, seed=4, start_ms=START_MS, rate_per_hour=6.0)
    every = merge_faults(
        fit_faults(rates, target, TURNS, 0.0, warm_ms=600_000),
        stall_starts(target, TURNS, 0.0, seed=4, start_ms=START_MS, share=0.3),
    )
    found = [next(every) for _ in range(40)]
    assert {fault.kind for fault in found} > {STALLED_START}
    assert all(one.end_ms <= two.start_ms for one, two in pairwise(found))
    for fault in found:
        times = np.arange(fault.start_ms, fault.end_ms, 1_000)
        assert TURNS.is_on(times, 0.0).all()


def test_nights_and_weekends_are_in_local_time() -> None:
    monday = START_MS + (7 - (START_MS // (24 * HOUR_MS) + 3) % 7) * 24 * HOUR_MS
    hours = monday + np.arange(0, 7 * 24) * HOUR_MS
    assert Nights().is_on(hours, 0.0).sum() == 5 * 16
    assert not Nights().is_on(hours[:6], 0.0).any()
    assert Nights().is_on(hours[4:6], 2.0).all()


def test_what_is_no_rota_is_refused() -> None:
    assert parse_rota("none") is None
    assert parse_rota("nights") == Nights()
    assert parse_rota("45/15") == TURNS
    for text in ("", "45", "45/0", "x/3", "-1/3", "nan/3"):
        with pytest.raises(UsageError, match="--rest"):
            parse_rota(text)
