"""A device that is switched off at times: its signal at rest, and the faults it has at work."""

from __future__ import annotations

from collections.abc import Iterator

from device_sim.faults.kinds import Fault
from device_sim.faults.rest import fit_faults, list_stalls, merge_faults, stall_starts
from device_sim.faults.schedule import Target
from device_sim.signals.resting import RestingStream, find_longest_start, is_switched_off
from device_sim.signals.rota import Rota
from device_sim.signals.stream import Signal

# So long after a machine has come up no other fault begins, or nobody could tell whose doing it is.
WARM_MS = 600_000


def plan_faults_at_work(
    target: Target,
    faults: Iterator[Fault],
    rota: Rota,
    *,
    seed: int,
    start_ms: int,
    bad_starts: float,
    utc_offset_h: float = 0.0,
) -> Iterator[Fault]:
    """What goes wrong with *target* where *rota* has it at work: those of *faults* that a machine
    at work has, and the share *bad_starts* of its starts, which stall. All of *faults* of what is
    never switched off itself."""
    if not is_switched_off(target.profile.name):
        return faults
    warm_ms = WARM_MS + round(find_longest_start(target.profile.name) * target.period_ms)
    at_work = fit_faults(faults, target, rota, utc_offset_h, warm_ms=warm_ms)
    stalls = stall_starts(
        target, rota, utc_offset_h, seed=seed, start_ms=start_ms, share=bad_starts
    )
    return merge_faults(at_work, stalls, after_stall_ms=warm_ms)


def switch_off(
    signal: Signal,
    target: Target,
    causes: Iterator[Fault],
    rota: Rota,
    *,
    seed: int,
    utc_offset_h: float = 0.0,
    runs_tasks: bool = False,
) -> RestingStream:
    """*signal* of *target* as far as *rota* has it at work, and as the starts that stall among
    *causes* let it start."""
    return RestingStream(
        target.device,
        target.profile,
        signal,
        rota,
        seed=seed,
        utc_offset_h=utc_offset_h,
        stalls=list_stalls(causes),
        runs_tasks=runs_tasks,
    )
