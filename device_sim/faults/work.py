"""Work that goes wrong: which devices' processors fail in each cycle of a run, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from device_sim.faults.kinds import OVERLOAD, THROTTLED, WORK_CHANNELS, Fault
from device_sim.faults.schedule import SECOND_MS, Target

START_UP_S = 20.0
CYCLE_S = 300.0
SPACING_S = 5.0
# It lasts long enough to see the work moved away and done elsewhere.
WORK_LENGTH_S = 120.0
WORK_TAIL_S = 3.0


def schedule_work(
    target: Target,
    targets: Sequence[Target],
    *,
    seed: int,
    start_ms: int,
    duration_s: float | None,
) -> Iterator[Fault]:
    """The faults of *target* if only work goes wrong: in each cycle a device that runs tasks is
    overloaded at one site, and one is throttled at another (at the same, if there is but one)."""
    if target.works_at is None:
        return
    length_s, cycles = cycles_of(duration_s)
    for cycle in cycles:
        base_ms = start_ms + round(cycle * length_s * SECOND_MS)
        yield from faults_of_work(target, victims_of(targets, seed, cycle), base_ms, length_s)


def cycles_of(duration_s: float | None) -> tuple[float, Iterator[int]]:
    """The length of a cycle in s, and the numbers of the cycles."""
    if duration_s is None:
        return CYCLE_S, count()
    length_s = min(duration_s, CYCLE_S)
    return length_s, iter(range(max(1, int(duration_s / CYCLE_S))))


def victims_of(targets: Sequence[Target], seed: int, cycle: int) -> dict[str, Target]:
    """Whose work goes wrong in a cycle, by kind; every device in its turn."""
    sites = sorted({candidate.works_at for candidate in targets if candidate.works_at is not None})
    victims: dict[str, Target] = {}
    for index, kind in enumerate((OVERLOAD, THROTTLED)):
        if sites:
            site = sites[(cycle + index) % len(sites)]
            able = [candidate for candidate in targets if candidate.works_at == site]
            rest = [candidate for candidate in able if candidate not in victims.values()]
            turn = seed + cycle // len(sites)
            if rest:
                victims[kind] = rest[turn % len(rest)]
    return victims


def faults_of_work(
    target: Target, victims: Mapping[str, Target], base_ms: int, length_s: float
) -> Iterator[Fault]:
    """The fault of *target* in a cycle that begins at *base_ms*, if it is one of *victims*."""
    first_s = first_begin_s(length_s)
    stagger_s = min(SPACING_S, length_s / 10)
    for index, (kind, victim) in enumerate(victims.items()):
        if victim != target:
            continue
        begin_s = first_s + index * stagger_s
        end_s = min(begin_s + WORK_LENGTH_S, length_s - min(WORK_TAIL_S, length_s / 10))
        channels = WORK_CHANNELS[kind]
        yield Fault(
            kind=kind,
            device=target.device,
            channels=channels,
            start_ms=base_ms + round(begin_s * SECOND_MS),
            end_ms=base_ms + round(end_s * SECOND_MS),
            magnitude=0.0,
            sizes=(0.0,) * len(channels),
            seed=0,
        )


def first_begin_s(length_s: float) -> float:
    """When the first fault of a cycle begins: devices and detection need their start."""
    return min(START_UP_S, length_s / 4)
