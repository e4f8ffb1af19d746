"""Faults of machines that are off at times: none while they rest, and starts that stall."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import count

import numpy as np

from device_sim.faults.kinds import STALLED_START, Fault
from device_sim.faults.schedule import Target
from device_sim.seeds import number_of
from device_sim.signals.resting import RESTS, find_longest_start
from device_sim.signals.rota import Rota

LOOK_AHEAD_MS = 6 * 60 * 60 * 1_000
STALLS_MS = 300_000
# A machine that takes long to come up stalls for so many times as long, and is then as good as new.
SLOW_STALLS = 2.5
MOST_LOOKS = 4 * 365  # a year: a machine that never starts has no starts that stall


def fit_faults(
    faults: Iterator[Fault], target: Target, rota: Rota, utc_offset_h: float, *, warm_ms: int
) -> Iterator[Fault]:
    """*faults* without those of a machine that is off, or has been on for less than *warm_ms*."""
    for fault in faults:
        first = fault.start_ms - warm_ms
        times = np.arange(first, fault.end_ms + target.period_ms, target.period_ms)
        if rota.is_on(times, utc_offset_h).all():
            yield fault


def stall_starts(
    target: Target, rota: Rota, utc_offset_h: float, *, seed: int, start_ms: int, share: float
) -> Iterator[Fault]:
    """The *share* of the target's starts that never reach its usual activity."""
    for look in count() if share else ():
        first = start_ms + look * LOOK_AHEAD_MS
        times = np.arange(first, first + LOOK_AHEAD_MS + target.period_ms, target.period_ms)
        on = rota.is_on(times, utc_offset_h)
        starts = times[1:][on[1:] & ~on[:-1]]
        for start in starts.tolist():
            rng = np.random.default_rng([seed, number_of(target.device), start // 1_000])
            if rng.random() < share:
                yield _stall(target, start)
        if not len(starts) and look > MOST_LOOKS:
            return


def merge_faults(*faults: Iterator[Fault], after_stall_ms: int = 0) -> Iterator[Fault]:
    """All of them in order; of two that overlap, the later one falls away. None begins until
    *after_stall_ms* after a start that stalled: then the machine only comes up."""
    free_ms = 0
    for fault in merge(*faults, key=lambda fault: fault.start_ms):
        if fault.start_ms >= free_ms:
            free_ms = fault.end_ms + (after_stall_ms if fault.kind == STALLED_START else 0)
            yield fault


def _stall(target: Target, start_ms: int) -> Fault:
    slow_ms = find_longest_start(target.profile.name) * target.period_ms
    lasts_ms = max(STALLS_MS, round(SLOW_STALLS * slow_ms))
    channels = tuple(
        name
        for name, rest in RESTS[target.profile.name].items()
        if rest.ramps or rest.up < STALLS_MS / target.period_ms / 10
    )
    return Fault(
        kind=STALLED_START,
        device=target.device,
        channels=channels,
        start_ms=start_ms,
        end_ms=start_ms + lasts_ms,
        magnitude=0.0,
        sizes=(0.0,) * len(channels),
        seed=0,
    )


def list_stalls(faults: Iterator[Fault]) -> Iterator[tuple[int, int]]:
    """From when until when a start stalls (event times, ms), in order. Any other of *faults*, which
    may go on for ever without a stall, is a stretch of no length: whoever asks for the next one
    gets an answer."""
    for fault in faults:
        is_stall = fault.kind == STALLED_START
        yield fault.start_ms, fault.end_ms if is_stall else fault.start_ms
