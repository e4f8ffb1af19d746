"""Faults do what their truth says, where it says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.devices.sensing import Readings, SimulatedDevice
from device_sim.faults.kinds import KINDS, SIZELESS, Fault
from device_sim.faults.schedule import Target, make_fault
from device_sim.signals.shapes import Floats
from device_sim.signals.stream import TRAITS, SignalStream
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
START_MS = 1_767_571_200_000 + 10 * 3_600_000
DEVICE = "north-pump-01"


def a_fault(kind: str, begin: int, length: int, *, profile: str = "pump", seed: int = 3) -> Fault:
    return make_fault(
        Target(DEVICE, PROFILES[profile]),
        kind,
        start_ms=START_MS + begin * 1000,
        end_ms=START_MS + (begin + length) * 1000,
        magnitude=8.0,
        rng=np.random.default_rng(seed),
    )


def device(*faults: Fault, profile: str = "pump") -> SimulatedDevice:
    signal = SignalStream(DEVICE, PROFILES[profile], seed=1, start_ms=START_MS)
    return SimulatedDevice(signal, PROFILES[profile], iter(faults))


def healthy(n: int, profile: str = "pump") -> Floats:
    return SignalStream(DEVICE, PROFILES[profile], seed=1, start_ms=START_MS).take(n)[1]


def find_touched(fault: Fault, profile: str = "pump") -> list[int]:
    return [PROFILES[profile].channel_names.index(name) for name in fault.channels]


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    begin=st.integers(0, 80),
    length=st.integers(1, 60),
    seed=st.integers(0, 50),
)
def test_only_the_readings_and_channels_of_the_truth_change(
    kind: str, begin: int, length: int, seed: int
) -> None:
    fault = a_fault(kind, begin, length, seed=seed)
    taken = device(fault).take(150)
    before = healthy(150)
    inside = np.zeros(before.shape, dtype=bool)
    inside[np.ix_(range(begin, begin + length), find_touched(fault))] = True
    assert np.array_equal(taken.values[~inside], before[~inside])
    assert [fault is not None for fault in taken.faults] == inside.any(axis=1).tolist()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"late_burst"}))
@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_fault_is_clearly_visible_and_physical(kind: str, profile: str) -> None:
    fault = a_fault(kind, 20, 60, profile=profile)
    changed = device(fault, profile=profile).take(100).values[20:80]
    before = healthy(100, profile)[20:80]
    for name, column in zip(fault.channels, find_touched(fault, profile), strict=True):
        limits = PROFILES[profile].channels[column]
        if kind == "dropout":
            assert np.isnan(changed[:, column]).all()
            continue
        assert (changed[:, column] >= limits.low).all()
        assert (changed[:, column] <= limits.high).all()
        if kind == "stuck":
            assert np.unique(changed[:, column]).tolist() == [before[0, column]]
            continue
        moved = np.abs(changed[:, column] - before[:, column]).max()
        assert moved >= 3 * TRAITS[profile][name].spread


@settings(max_examples=25, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3),
    cuts=st.lists(st.integers(1, 60), min_size=2, max_size=8),
)
def test_disturbed_readings_are_the_same_however_they_are_cut(
    kinds: list[str], cuts: list[int]
) -> None:
    faults = [a_fault(kind, 10 + 50 * index, 40) for index, kind in enumerate(kinds)]
    whole = device(*faults).take(sum(cuts))
    pieces_of = device(*faults)
    pieces: list[Readings] = [pieces_of.take(n) for n in cuts]
    joined = np.concatenate([piece.values for piece in pieces])
    assert np.array_equal(joined, whole.values, equal_nan=True)
    assert [fault for piece in pieces for fault in piece.faults] == whole.faults


def test_a_level_shift_has_its_size() -> None:
    fault = a_fault("level_shift", 10, 20)
    moved = device(fault).take(40).values - healthy(40)
    for size, column in zip(fault.sizes, find_touched(fault), strict=True):
        assert np.allclose(moved[10:30, column], size)


def test_a_drift_grows_to_its_size() -> None:
    fault = a_fault("drift", 10, 50)
    moved = np.abs(device(fault).take(70).values - healthy(70))[10:60, find_touched(fault)[0]]
    assert (np.diff(moved) >= -1e-9).all()
    assert moved[0] < 0.1 * moved[-1]
    assert moved[-1] == pytest.approx(abs(fault.sizes[0]))


def test_a_correlation_break_no_longer_follows_the_others() -> None:
    names = PROFILES["workcell"].channel_names
    fault = Fault(
        kind="correlation_break",
        device=DEVICE,
        channels=("energy_w",),
        start_ms=START_MS,
        end_ms=START_MS + 600_000,
        magnitude=6.0,
        sizes=(6 * TRAITS["workcell"]["energy_w"].spread,),
        seed=1,
    )
    values = device(fault, profile="workcell").take(600).values
    together = np.corrcoef(values[:, names.index("cpu_pct")], values[:, names.index("energy_w")])
    assert abs(together[0, 1]) < 0.3


def test_a_late_burst_leaves_the_readings_alone() -> None:
    assert np.array_equal(device(a_fault("late_burst", 5, 30)).take(50).values, healthy(50))


def test_the_truth_names_sizes_by_channel() -> None:
    fault = a_fault("level_shift", 10, 20)
    document = fault.document()
    assert document["kind"] == "level_shift"
    assert (document["start"], document["end"]) == (START_MS + 10_000, START_MS + 30_000)
    assert set(document["sizes"]) == set(document["channels"])
    for name, size in document["sizes"].items():
        assert abs(size) == pytest.approx(8.0 * TRAITS["pump"][name].spread)


@pytest.mark.parametrize("kind", sorted(SIZELESS))
def test_kinds_without_a_size_say_so(kind: str) -> None:
    fault = a_fault(kind, 0, 10)
    assert fault.magnitude == 0
    assert set(fault.sizes) == {0.0}
