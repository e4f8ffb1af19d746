"""Faults to show: clear ones on many devices, and work that goes wrong long enough to be moved."""

from __future__ import annotations

import itertools

import pytest

from device_sim.faults.demo import schedule_demo
from device_sim.faults.kinds import WORK_KINDS, Fault
from device_sim.faults.schedule import Target
from device_sim.faults.work import schedule_work
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
TARGETS = [Target(f"{name}-{n}", PROFILES[name]) for name in sorted(PROFILES) for n in range(4)]
WORKING = [
    Target(f"{site}-{name}-{n}", PROFILES[name], works_at=site if name == "workcell" else None)
    for site in ("north", "south")
    for name in ("workcell", "pump", "motor")
    for n in range(5)
]
ONE_SITE = [target for target in WORKING if target.device.startswith("north")]


def demo(
    duration_s: float | None, target: Target, *, targets: list[Target] = TARGETS, n: int = 100
) -> list[Fault]:
    faults = schedule_demo(target, targets, seed=1, start_ms=0, duration_s=duration_s)
    return list(itertools.islice(faults, n))


def work(
    duration_s: float | None, targets: list[Target], *, seed: int = 1, n: int = 10
) -> list[Fault]:
    """All faults of the work, in order of their begin."""
    faults = [
        fault
        for target in targets
        for fault in itertools.islice(
            schedule_work(target, targets, seed=seed, start_ms=0, duration_s=duration_s), n
        )
    ]
    return sorted(faults, key=lambda fault: fault.start_ms)


@pytest.mark.parametrize("targets", [TARGETS, WORKING])
@pytest.mark.parametrize("duration_s", [30.0, 60.0, 300.0])
def test_a_demo_begins_after_a_start_up_and_ends_in_time(
    duration_s: float, targets: list[Target]
) -> None:
    planned = [demo(duration_s, target, targets=targets) for target in targets]
    faults = [fault for of_one in planned for fault in of_one]
    assert len(faults) >= 2
    assert all(len(of_one) <= 1 for of_one in planned)
    assert min(fault.start_ms for fault in faults) >= min(20.0, duration_s / 4) * 1000
    assert max(fault.end_ms for fault in faults) < duration_s * 1000


def test_a_minute_of_demo_shows_several_kinds_on_several_profiles() -> None:
    faults = [fault for target in TARGETS for fault in demo(60.0, target)]
    assert len({fault.kind for fault in faults}) >= 4
    assert len({fault.device.split("-")[0] for fault in faults}) >= 4


@pytest.mark.parametrize("targets", [TARGETS, WORKING])
def test_a_demo_without_end_reaches_every_device(targets: list[Target]) -> None:
    for target in targets:
        faults = demo(None, target, targets=targets, n=3)
        assert len(faults) == 3
        assert all(fault.end_ms < next_.start_ms for fault, next_ in itertools.pairwise(faults))


def test_a_long_demo_goes_on_until_its_end() -> None:
    faults = [fault for target in TARGETS for fault in demo(1500.0, target)]
    assert max(fault.start_ms for fault in faults) > 1200 * 1000
    assert max(fault.end_ms for fault in faults) < 1500 * 1000


def test_a_demo_without_tasks_has_no_fault_of_the_work() -> None:
    faults = [fault for target in TARGETS for fault in demo(60.0, target)]
    assert not {fault.kind for fault in faults} & set(WORK_KINDS)


def test_a_demo_has_the_faults_of_the_work_among_its_own() -> None:
    faults = [fault for target in WORKING for fault in demo(60.0, target, targets=WORKING)]
    of_work = [fault for fault in faults if fault.kind in WORK_KINDS]
    assert sorted(of_work, key=lambda fault: fault.start_ms) == work(60.0, WORKING)
    assert len({fault.device for fault in faults}) == len(faults) >= 6


def test_in_a_minute_work_goes_wrong_early_and_stays_so() -> None:
    overload, throttled = work(60.0, WORKING)
    assert (overload.kind, throttled.kind) == WORK_KINDS
    assert 10_000 < overload.start_ms < throttled.start_ms <= 20_000
    assert throttled.start_ms - overload.start_ms == 5000
    assert {overload.end_ms, throttled.end_ms} == {57_000}
    assert overload.device.split("-")[0] != throttled.device.split("-")[0]
    assert {fault.device.split("-")[1] for fault in (overload, throttled)} == {"workcell"}
    assert overload.channels == ("cpu_pct", "energy_w", "response_ms")
    assert throttled.channels == (*overload.channels, "temperature_c")


def test_in_a_long_run_work_goes_wrong_for_two_minutes_in_each_cycle() -> None:
    faults = work(1500.0, WORKING)
    assert len(faults) == 10
    assert {fault.end_ms - fault.start_ms for fault in faults} == {120_000}
    assert [fault.start_ms // 300_000 for fault in faults[::2]] == [0, 1, 2, 3, 4]
    assert len({fault.device for fault in faults}) > 3


def test_with_one_site_two_of_its_devices_go_wrong() -> None:
    overload, throttled = work(60.0, ONE_SITE)
    assert overload.device != throttled.device


def test_with_one_device_it_is_overloaded() -> None:
    (overload,) = work(60.0, ONE_SITE[:1])
    assert overload.kind == "overload"


def test_work_goes_wrong_on_every_device_in_its_turn() -> None:
    faults = work(None, WORKING, n=2)
    assert len({fault.device for fault in faults}) == 10


def test_devices_without_tasks_have_no_work_to_go_wrong() -> None:
    assert work(None, TARGETS) == []


def test_the_seed_decides_whose_work_goes_wrong() -> None:
    assert work(60.0, WORKING) == work(60.0, WORKING)
    assert work(60.0, WORKING) != work(60.0, WORKING, seed=2)
