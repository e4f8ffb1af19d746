"""What a device can do, from what it measures of its own work and what its tasks declare.

By a queue's formula an answer is service / (1 - use), so the answer and the processor's use give
the service time, and with it the speed; the use beyond the tasks' load is the background. Speed
shows at once, also under no load at all; the use follows a change of load some readings later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from tocsin.domain.devices.work import READINGS, Sample, Work
from tocsin.planning.inputs.twins import Capacity, EdgeDevice

SETTLED = 30  # periods: by then the processor shows what the tasks that came and went have changed
SAMPLES = 3  # their median counts: two odd ones in a row it takes to move it
SATURATED_PCT = 95.0  # beyond this use the formula says nothing, and the use is a bound
BOUND_PCT = 98.0  # at this use it only says "full"
BEYOND = 0.15  # of the use, added where it is only a bound: how much more is wanted shows nowhere
RISE_PCT = 8.0  # from sample to sample: more is no noise
FULL_PCT = 99.5
USUAL_SPEED = 0.85  # devices of a kind differ by a tenth; nearer to 1 is no slowness
MOST_SPEED = 1.4  # nobody is that much faster than its kind: a sensor must be wrong
LEAST_SPEED = 0.02
NOISE_PCT = 2.0  # of a sample of the use
DOUBT = 0.15  # a share of the tasks' load by which what is measured may be below it
LEAST_SHARE = 0.01  # of capacity: a device fuller than full can still be described


@dataclass(frozen=True, slots=True)
class Measured:
    """``speed``: the share of its usual one. ``background_pct``: None while the processor has not
    settled after its tasks changed. ``answer_ms``: the answer itself, None where it is not
    measured. ``used_pct``: what its processor does, in percent of one reference processor at its
    usual speed; None as the background is.
    ``odd``: why answer and processor cannot both be right; empty where they can.
    ``basis``: in words."""

    speed: float
    background_pct: float | None
    answer_ms: float | None
    odd: str
    basis: str
    used_pct: float | None = None


def measure_ability(
    device: EdgeDevice, work: Work, running_pct: float, *, since: int = 0
) -> Measured | None:
    """None where its present tasks' readings are too few. *running_pct*: its tasks' load, which it
    has carried *since* then (ms by its clock)."""
    span = READINGS * work.period_ms
    fresh = [sample for sample in work.samples if sample.t - span >= since][-SAMPLES:]
    if not fresh:
        return None
    settled = [one for one in fresh if one.t - span >= since + SETTLED * work.period_ms]
    rise = _find_rise(settled)
    if rise:
        # Something has just begun: what was before it counts no more.
        fresh, settled = fresh[-1:], [_foresee(settled[-1], rise)]
    return _combine(fresh, settled, device.capacity, running_pct)


def _find_rise(settled: Sequence[Sample]) -> float:
    """Percent by which the use rises from sample to sample though no tasks have come; 0 for
    noise, and for a rise that is over."""
    uses = [sample.cpu_pct for sample in settled]
    rises = [after - before for before, after in pairwise(uses)]
    if not rises or rises[-1] <= NOISE_PCT:
        return 0.0
    goes_on = len(rises) > 1 and min(rises) > NOISE_PCT and sum(rises) > RISE_PCT
    return rises[-1] if rises[-1] > RISE_PCT or goes_on else 0.0


def _foresee(sample: Sample, rise: float) -> Sample:
    """What rises goes on rising, at least once more by as much: a processor's use follows a load
    some readings later."""
    return replace(sample, cpu_pct=min(sample.cpu_pct + rise, FULL_PCT))


def _combine(
    fresh: Sequence[Sample], settled: Sequence[Sample], capacity: Capacity, running_pct: float
) -> Measured:
    answers = [sample.answer_ms for sample in fresh if sample.answer_ms is not None]
    answer_ms = median(answers) if answers else None
    raw = _find_speed(fresh, capacity)
    speed = round(max(raw, LEAST_SPEED), 2) if raw < USUAL_SPEED else 1.0
    basis = f"{len(fresh)} x {READINGS} readings"
    if answer_ms is not None:
        basis += f": answer {answer_ms:.0f} ms"
    if not settled:
        return Measured(speed, None, answer_ms, _find_haste(raw), f"{basis}, load not settled")
    cpu_pct = median(sample.cpu_pct for sample in settled)
    used_pct = cpu_pct / 100.0 * capacity.cpu_pct
    is_bound = cpu_pct >= BOUND_PCT
    found_pct = used_pct * speed * (1.0 + BEYOND * is_bound) - running_pct
    slow = "" if is_bound else _find_idleness(speed, found_pct, running_pct)
    basis += f" at {'over ' * is_bound}{cpu_pct:.0f} % use, tasks {running_pct:.0f} %"
    background_pct = round(max(found_pct, 0.0), 1)
    odd = _find_haste(raw) or slow
    return Measured(speed, background_pct, answer_ms, odd, basis, used_pct)


def _find_speed(fresh: Sequence[Sample], capacity: Capacity) -> float:
    """The share of its usual speed, not rounded; 1 where nothing tells."""
    served = [
        sample.answer_ms * (1.0 - min(max(sample.cpu_pct, 0.0), SATURATED_PCT) / 100.0)
        for sample in fresh
        if sample.answer_ms is not None  # what its answer were had nobody waited
    ]
    if not served or capacity.response_ms <= 0:
        return 1.0
    return capacity.response_ms / max(median(served), 1e-6)


def _find_haste(raw: float) -> str:
    return "it answers sooner than so busy a processor can" if raw > MOST_SPEED else ""


def _find_idleness(speed: float, background_pct: float, running_pct: float) -> str:
    """A slow processor is the busier for it."""
    if speed >= 1.0 or background_pct >= -DOUBT * running_pct - NOISE_PCT:
        return ""
    return "it answers late, but its processor is not busy with what its tasks take"


def count_capacity(device: EdgeDevice, speed: float, background_pct: float) -> float:
    """What is left for tasks, in percent of one reference processor."""
    capacity = device.capacity.cpu_pct
    return max(capacity * speed - background_pct, LEAST_SHARE * capacity)


def estimate_idle_ms(device: EdgeDevice, speed: float, background_pct: float) -> float:
    """The answer of a device without tasks: a queue's, which its background load fills already.

    Divided by (1 - tasks / capacity left), it is the answer of a processor of that speed with all
    of its load.
    """
    left = count_capacity(device, speed, background_pct)
    return device.capacity.response_ms / speed * (device.capacity.cpu_pct * speed) / left


def believe_answer(measured: Measured, device: EdgeDevice, running_pct: float) -> Measured:
    """What counts where answer and processor go on contradicting each other: the answer."""
    if measured.speed < 1.0:
        return Measured(measured.speed, 0.0, measured.answer_ms, "", measured.basis)
    use = max(0.0, 1.0 - device.capacity.response_ms / max(measured.answer_ms or 0.0, 1e-6))
    background = max(use * device.capacity.cpu_pct - running_pct, 0.0)
    return Measured(1.0, round(background, 1), measured.answer_ms, "", measured.basis)
