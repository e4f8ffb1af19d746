"""Schedules of faults: seeded, apart, and where a demonstration needs them."""

from __future__ import annotations

import itertools

import pytest

from device_sim.faults.kinds import Fault
from device_sim.faults.schedule import LENGTHS, Target, random_faults
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
TARGETS = [Target(f"{name}-{n}", PROFILES[name]) for name in sorted(PROFILES) for n in range(4)]
HOUR_MS = 3_600_000


def some(target: Target, *, rate: float, n: int = 40, seed: int = 1) -> list[Fault]:
    faults = random_faults(target, seed=seed, start_ms=0, rate_per_hour=rate)
    return list(itertools.islice(faults, n))


@pytest.mark.parametrize("rate", [0.2, 2.0, 30.0])
def test_faults_of_one_device_never_overlap(rate: float) -> None:
    for target in TARGETS:
        faults = some(target, rate=rate)
        assert all(fault.start_ms < fault.end_ms for fault in faults)
        assert all(fault.end_ms <= next_.start_ms for fault, next_ in itertools.pairwise(faults))


def test_the_rate_is_kept() -> None:
    hours = 200
    faults = random_faults(TARGETS[0], seed=1, start_ms=0, rate_per_hour=2.0)
    within = list(itertools.takewhile(lambda fault: fault.start_ms < hours * HOUR_MS, faults))
    assert 1.6 < len(within) / hours < 2.4


def test_seed_and_device_decide_the_schedule() -> None:
    assert some(TARGETS[0], rate=2.0) == some(TARGETS[0], rate=2.0)
    assert some(TARGETS[0], rate=2.0) != some(TARGETS[0], rate=2.0, seed=2)
    assert [fault.start_ms for fault in some(TARGETS[0], rate=2.0)] != [
        fault.start_ms for fault in some(TARGETS[1], rate=2.0)
    ]


def test_lengths_and_magnitudes_are_within_their_bounds() -> None:
    for fault in some(TARGETS[0], rate=0.5, n=100):
        shortest, longest = LENGTHS[fault.kind]
        assert shortest <= (fault.end_ms - fault.start_ms) / 1000 <= longest
        assert fault.magnitude == 0 or 6 <= fault.magnitude <= 12


def test_only_the_kinds_asked_for() -> None:
    faults = random_faults(
        TARGETS[0], seed=1, start_ms=0, rate_per_hour=2.0, kinds=("drift", "stuck")
    )
    assert {fault.kind for fault in itertools.islice(faults, 30)} == {"drift", "stuck"}
