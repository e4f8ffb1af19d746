"""Schedules of faults to show: clear ones, on different devices, spread over a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np

from device_sim.faults.kinds import LATE_BURST, Fault
from device_sim.faults.schedule import MOST_CHANNELS, SECOND_MS, Target, make_fault
from device_sim.faults.work import (
    SPACING_S,
    cycles_of,
    faults_of_work,
    first_begin_s,
    victims_of,
)
from device_sim.seeds import number_of

DEMO_KINDS = ("level_shift", "noise_burst", "correlation_break", "drift", "spike", LATE_BURST)
DEMO_MAGNITUDE = 10.0
DEMO_TAIL_S = 12.0
DEMO_LENGTH_S = 20.0
DEMO_SPIKE_S = 3.0
DEMO_MOST = 12
# Devices with many channels first: their faults are the easiest to explain to an onlooker.
DEMO_PROFILES = ("pump", "workcell", "motor", "thermal", "environment")

# Kind, begin and end in s since the begin of a cycle.
Slot = tuple[str, float, float]


def schedule_demo(
    target: Target,
    targets: Sequence[Target],
    *,
    seed: int,
    start_ms: int,
    duration_s: float | None,
) -> Iterator[Fault]:
    """The faults of *target* in a schedule to show, *targets* being all of the fleet.

    Within a run of *duration_s* they begin after a start-up time and end before the run does. In a
    run without end, and in a long one, cycles of 5 minutes follow each other, each with other
    devices. Each has the faults of ``faults/work.py``, and others on the other devices.
    """
    length_s, cycles = cycles_of(duration_s)
    order = _interleave(targets)
    for cycle in cycles:
        base_ms = start_ms + round(cycle * length_s * SECOND_MS)
        victims = victims_of(targets, seed, cycle)
        yield from faults_of_work(target, victims, base_ms, length_s)
        others = [other for other in order if other not in victims.values()]
        slots = _cut_slots(length_s, len(others))
        for index, slot in enumerate(slots):
            if others[(cycle * len(slots) + index) % len(others)] == target:
                rng = np.random.default_rng([seed, number_of(target.device), cycle])
                yield _make_demo_fault(target, slot, base_ms, rng)


def _make_demo_fault(target: Target, slot: Slot, base_ms: int, rng: np.random.Generator) -> Fault:
    kind, begin_s, end_s = slot
    return make_fault(
        target,
        kind,
        start_ms=base_ms + round(begin_s * SECOND_MS),
        end_ms=base_ms + round(end_s * SECOND_MS),
        magnitude=DEMO_MAGNITUDE,
        rng=rng,
        fewest_channels=MOST_CHANNELS,
    )


def _cut_slots(length_s: float, devices: int) -> list[Slot]:
    """The faults of one cycle, at most one a device."""
    first_s = first_begin_s(length_s)
    tail_s = min(DEMO_TAIL_S, length_s / 5)
    room_s = length_s - first_s - tail_s
    faults = min(devices, DEMO_MOST, max(1, int(room_s / SPACING_S)))
    slots = []
    for index in range(faults):
        kind = DEMO_KINDS[index % len(DEMO_KINDS)]
        begin_s = first_s + room_s * index / faults
        wanted_s = DEMO_SPIKE_S if kind == "spike" else DEMO_LENGTH_S
        slots.append((kind, begin_s, min(begin_s + wanted_s, length_s - tail_s / 2)))
    return slots


def _interleave(targets: Sequence[Target]) -> list[Target]:
    """One device of each profile in turn."""
    others = sorted({target.profile.name for target in targets} - set(DEMO_PROFILES))
    by_profile = [
        [target for target in targets if target.profile.name == name]
        for name in (*DEMO_PROFILES, *others)
    ]
    return [target for turn in zip_longest(*by_profile) for target in turn if target is not None]
