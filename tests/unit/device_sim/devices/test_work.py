"""A workcell's tasks, its faults and its ageing drive what it measures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.devices.drive import TaskDrive
from device_sim.devices.loads import LoadHistory
from device_sim.devices.sensing import SimulatedDevice
from device_sim.faults.kinds import WORK_CHANNELS, WORK_KINDS, Fault
from device_sim.faults.schedule import Target, random_faults
from device_sim.signals.driven import DRIVEN_MACHINES, DrivenStream
from device_sim.signals.grid import Grid
from device_sim.signals.model import Place
from device_sim.signals.shapes import Floats
from device_sim.signals.stream import SignalStream
from device_sim.signals.workcell import Workcell
from tocsin.profiles import load_profiles

WORKCELL = load_profiles()["workcell"]
DEVICE = "north-workcell-01"
START_MS = 1_767_571_200_000 + 10 * 3_600_000


def a_fault(kind: str, begin: int, end: int) -> Fault:
    channels = WORK_CHANNELS[kind]
    return Fault(
        kind=kind,
        device=DEVICE,
        channels=channels,
        start_ms=START_MS + begin * 1000,
        end_ms=START_MS + end * 1000,
        magnitude=0.0,
        sizes=(0.0,) * len(channels),
        seed=0,
    )


class Cell:
    """A workcell at work; ``at`` is how many readings it has given."""

    def __init__(
        self, load_pct: float, *faults: Fault, capacity_pct: float = 100.0, device: str = DEVICE
    ) -> None:
        self.loads = LoadHistory()
        self.loads.change(START_MS, load_pct)
        drive = TaskDrive(self.loads, capacity_pct=capacity_pct, faults=iter(faults))
        self.stream = DrivenStream(device, WORKCELL, drive, seed=1, start_ms=START_MS)
        self.at = 0

    def run(self, n: int, *, then_load_pct: float | None = None) -> Floats:
        values = self.stream.take(n)[1]
        self.at += n
        if then_load_pct is not None:
            self.loads.change(START_MS + self.at * 1000, then_load_pct)
        return values


def mean(values: Floats, channel: str) -> float:
    return float(values[:, WORKCELL.channel_names.index(channel)].mean())


def test_measured_processor_load_is_idle_and_declared_load() -> None:
    idle = mean(Cell(0.0).run(200), "cpu_pct")
    assert idle == pytest.approx(9.0, abs=2.5)
    for load_pct in (10.0, 45.0, 75.0):
        assert mean(Cell(load_pct).run(200), "cpu_pct") == pytest.approx(idle + load_pct, abs=0.5)


def test_a_larger_device_is_less_busy_with_the_same_tasks() -> None:
    small, large = Cell(40.0).run(200), Cell(40.0, capacity_pct=200.0).run(200)
    assert mean(small, "cpu_pct") - mean(large, "cpu_pct") == pytest.approx(20.0, abs=0.5)


def test_energy_rises_by_the_nominal_watts_a_percent() -> None:
    differences = []
    for number in range(1, 7):
        cells = [Cell(load, device=f"north-workcell-{number:02}") for load in (20.0, 60.0)]
        low, high = (mean(cell.run(100), "energy_w") for cell in cells)
        differences.append((high - low) / 40.0)
    assert np.mean(differences) == pytest.approx(12.2, rel=0.05)


def test_more_tasks_mean_more_of_everything_and_their_going_takes_it_back() -> None:
    cell = Cell(40.0)
    before = cell.run(100, then_load_pct=80.0)
    cell.run(60)
    loaded = cell.run(100, then_load_pct=40.0)
    cell.run(80)
    after = cell.run(100)
    for channel in ("cpu_pct", "energy_w", "response_ms", "vibration_mm_s"):
        assert mean(loaded, channel) > 1.2 * mean(before, channel)
        assert mean(after, channel) == pytest.approx(mean(before, channel), rel=0.05)


def test_a_new_load_is_reached_gradually() -> None:
    cell = Cell(20.0)
    cell.run(50, then_load_pct=70.0)
    cpu = cell.run(60)[:, 0]
    assert cpu[0] < 38.0
    assert 55.0 < cpu[10] < 68.0
    assert cpu[-1] == pytest.approx(78.5, abs=4.0)


@pytest.mark.parametrize("load_pct", [40.0, 50.0, 70.0])
def test_an_overload_slows_the_answer_until_the_tasks_are_gone(load_pct: float) -> None:
    cell = Cell(load_pct, a_fault("overload", 50, 400))
    assert mean(cell.run(50), "response_ms") < 120.0
    cell.run(25)
    stuck = cell.run(75, then_load_pct=0.0)
    assert stuck[:, 2].min() > 300.0
    assert mean(stuck, "energy_w") > 1200.0
    cell.run(40)
    assert cell.run(100)[:, 2].max() < 120.0


@pytest.mark.parametrize("load_pct", [25.0, 45.0, 70.0])
def test_a_throttled_processor_is_slow_and_hot_until_the_fault_ends(load_pct: float) -> None:
    cell = Cell(load_pct, a_fault("throttled", 50, 200))
    before = cell.run(50)
    cell.run(30)
    slow = cell.run(120)
    assert mean(slow, "response_ms") > 300.0
    assert mean(slow, "temperature_c") > mean(before, "temperature_c") + 7.0
    cell.run(60)
    assert mean(cell.run(60), "response_ms") == pytest.approx(mean(before, "response_ms"), rel=0.12)


def test_nobody_waits_for_a_throttled_device_without_tasks() -> None:
    cell = Cell(45.0, a_fault("throttled", 20, 400))
    cell.run(80, then_load_pct=0.0)
    cell.run(60)
    assert cell.run(60)[:, 2].max() < 100.0


@settings(max_examples=25, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 200), min_size=1, max_size=8),
    changes=st.lists(
        st.tuples(st.integers(0, 700), st.floats(0, 120)),
        max_size=4,
        unique_by=lambda change: change[0],
    ),
    kind=st.sampled_from(WORK_KINDS),
)
def test_any_cut_gives_the_same_readings_for_the_same_work(
    cuts: list[int], changes: list[tuple[int, float]], kind: str
) -> None:
    total = sum(cuts)
    changes = sorted(change for change in changes if change[0] < total)
    whole = let_work([*(at for at, _ in changes), total], changes, kind)
    edges = {*itertools.accumulate(cuts), *(at for at, _ in changes), total}
    assert np.array_equal(let_work(sorted(edges), changes, kind), whole)


def let_work(edges: Sequence[int], changes: Sequence[tuple[int, float]], kind: str) -> Floats:
    """Readings taken up to each edge, each change of load known only when its time has come."""
    cell = Cell(45.0, a_fault(kind, 40, 350))
    parts = []
    for edge in edges:
        parts.append(cell.run(edge - cell.at))
        for at, load_pct in changes:
            if at == edge:
                cell.loads.change(START_MS + at * 1000, load_pct)
    return np.concatenate(parts)


def test_a_load_known_in_advance_gives_what_a_load_known_in_time_gives() -> None:
    known = Cell(45.0)
    known.loads.change(START_MS + 150_000, 80.0)
    told = Cell(45.0)
    in_time = [told.run(150, then_load_pct=80.0), *(told.run(10) for _ in range(40))]
    assert np.array_equal(known.run(550), np.concatenate(in_time))


def test_a_driven_device_without_a_change_has_the_noise_of_its_duty_cycle() -> None:
    """The same draws: whoever compares the two sees the work alone."""
    driven = Cell(45.0).run(300)
    cycle = SignalStream(DEVICE, WORKCELL, seed=1, start_ms=START_MS).take(300)[1]
    shaken = [values[:, 4] / (1 + 1.1 * load_of(values)) for values in (driven, cycle)]
    assert np.corrcoef(shaken[0], shaken[1])[0, 1] > 0.8


def load_of(values: Floats) -> Floats:
    load: Floats = (values[:, 0] - 9.0) / 78.0
    return load


def test_times_are_told_before_readings_are_taken() -> None:
    cell = Cell(45.0).stream
    assert cell.next_ms(5) == START_MS + 4000
    times, _ = cell.take(7)
    assert times.tolist() == [START_MS + 1000 * n for n in range(7)]
    assert cell.next_ms(1) == START_MS + 7000
    cycle = SignalStream(DEVICE, WORKCELL, seed=1, start_ms=START_MS)
    cycle.take(301)
    assert cycle.next_ms(3) == START_MS + 303_000


@pytest.mark.parametrize("kind", WORK_KINDS)
def test_faults_of_the_work_label_readings_and_leave_them_alone(kind: str) -> None:
    fault = a_fault(kind, 5, 15)
    taken = SimulatedDevice(Cell(45.0, fault).stream, WORKCELL, iter([fault])).take(20)
    assert np.allclose(taken.values, Cell(45.0, fault).run(20))
    assert [fault is not None for fault in taken.faults] == [5 <= n < 15 for n in range(20)]
    document = fault.document()
    assert (document["magnitude"], document["channels"]) == (0.0, list(WORK_CHANNELS[kind]))


def test_faults_that_happen_anywhere_are_none_of_the_work() -> None:
    faults = random_faults(Target(DEVICE, WORKCELL), seed=1, start_ms=0, rate_per_hour=20.0)
    assert not {fault.kind for fault in itertools.islice(faults, 200)} & set(WORK_KINDS)


def test_age_slows_the_answer_and_costs_watts_a_little() -> None:
    grid = Grid(DEVICE, WORKCELL, seed=1, start_ms=START_MS)
    machine = Workcell.draw(grid.rng("machine"), Place())
    begin = machine.begin(grid.rng("begin"))

    def age(days: float) -> dict[str, float]:
        state = {**begin, "age_days": days}
        channels, _ = machine.block(state, grid.rng("block"), grid.times_of(0))
        return {name: float(values.mean()) for name, values in channels.items()}

    new, old = age(0.0), age(400.0)
    for channel in ("energy_w", "response_ms", "vibration_mm_s"):
        assert 1.0 < old[channel] / new[channel] < 1.1
    assert old["cpu_pct"] == new["cpu_pct"]
    assert old["temperature_c"] == new["temperature_c"]


def test_only_what_can_be_driven_is() -> None:
    assert set(DRIVEN_MACHINES) == {"workcell"}


class TestLoadHistory:
    def test_the_first_load_is_what_has_always_run(self) -> None:
        loads = LoadHistory()
        assert loads.change(5000, 40.0) == 5000
        assert loads.load_at(np.array([0, 5000, 9000])).tolist() == [40.0, 40.0, 40.0]

    def test_a_change_counts_from_its_time_on(self) -> None:
        loads = LoadHistory()
        loads.change(0, 40.0)
        loads.change(5000, 70.0)
        assert loads.load_at(np.array([4999, 5000])).tolist() == [40.0, 70.0]

    def test_what_is_out_does_not_change(self) -> None:
        loads = LoadHistory()
        loads.change(0, 40.0)
        loads.settle(8000)
        assert loads.change(5000, 70.0) == 8001
        assert loads.change(5000, 10.0) == 8001
        assert loads.load_at(np.array([8000, 8001])).tolist() == [40.0, 10.0]
