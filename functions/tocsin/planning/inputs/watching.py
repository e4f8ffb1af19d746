"""From what is measured now to what counts: worse at once, better only after patience."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.plans.watch import Watch, grow_patience
from tocsin.planning.inputs.ability import (
    Measured,
    believe_answer,
    count_capacity,
    measure_ability,
)
from tocsin.planning.inputs.twins import EdgeDevice

PATIENCE = 60  # periods for which it must be better before it counts as better
ODD = 90  # periods after which a contradiction is taken for the truth of the answer
MESSAGES = 3  # so many may be missing before a device counts as silent
STEP = 0.04  # of capacity: a smaller change is noise
STEP_SPEED = 0.1
# Of the usual speed: what is between it and 1 may be slowness, or answers that are always a little
# later than those of its kind, and only the processor's use tells one from the other.
SLIGHT_SPEED = 0.7
RELAPSE = 0.15  # of capacity, or of speed: by so much it must get worse to be trusted less


@dataclass(frozen=True, slots=True)
class TaskLoad:
    """``running_pct``: the load of the tasks that a device runs, ``since`` then (ms by its clock;
    0: for long)."""

    running_pct: float
    since: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """``watch``: what counts from now on. ``measured``: what it was judged by, None where nothing
    could be. ``closed``: why it takes no new tasks for now, empty where it does."""

    watch: Watch
    measured: Measured | None
    closed: str


def watch_device(
    device: EdgeDevice,
    record: DeviceRecord | None,
    before: Watch,
    load: TaskLoad,
    now_ms: int,
) -> Watched:
    """*record*: None for a device never heard."""
    watch = before.forget_old(now_ms)
    if record is None:
        return Watched(watch, None, "")
    measured = measure_ability(device, record.work, load.running_pct, since=load.since)
    if measured is None:
        return Watched(replace(watch, better_since=None), None, "")
    period_ms = record.work.measure_periods(1)
    closed = ""
    if measured.odd:
        since = now_ms if watch.odd_since is None else watch.odd_since
        watch = replace(watch, odd_since=since)
        if now_ms - since < ODD * period_ms:
            return Watched(watch, None, measured.odd)
        closed, measured = measured.odd, believe_answer(measured, device, load.running_pct)
    else:
        watch = replace(watch, odd_since=None)
        measured = _doubt_slowness(device, watch, measured, load.running_pct)
    return Watched(_count(device, watch, measured, period_ms, now_ms), measured, closed)


def watch_silence(
    watch: Watch, record: DeviceRecord | None, silent_after_ms: float, now_ms: int
) -> Watch:
    """*watch* with whether the device was heard lately, by its own rhythm of messages."""
    if record is None:
        return watch
    usual_ms = max(silent_after_ms, MESSAGES * record.work.message_ms)
    rhythm_ms = record.rhythm.silent_after_ms(usual_ms)
    limit_ms = grow_patience(rhythm_ms, len(watch.returns))
    quiet_ms = now_ms - record.enqueued_at
    if watch.silent and quiet_ms <= rhythm_ms:
        return replace(watch, silent=False, returns=(*watch.returns, now_ms))
    return replace(watch, silent=watch.silent or quiet_ms > limit_ms)


def is_new_again(watch: Watch, period_ms: float, now_ms: int) -> bool:
    """Whether it was silent until a moment ago."""
    if not watch.returns:
        return False
    patience_ms = grow_patience(PATIENCE * period_ms, len(watch.returns) - 1)
    return now_ms - watch.returns[-1] < patience_ms


def _doubt_slowness(
    device: EdgeDevice, watch: Watch, measured: Measured, running_pct: float
) -> Measured:
    """*measured* at its usual speed, if it is only slightly slow and no busier for it.

    A slow processor takes longer for the same work, and shows more use. Where the use is what the
    tasks and the known background take at the usual speed, or has not settled, answers that are
    somewhat late are noise, or a habit of the device: no reason to count it for less.
    """
    is_slight = SLIGHT_SPEED <= measured.speed < 1.0
    if not watch.basis or watch.speed < 1.0 or not is_slight:
        return measured
    if measured.used_pct is None:
        return replace(measured, speed=1.0)
    usual_pct = running_pct + watch.background_pct
    if measured.used_pct > usual_pct + STEP * device.capacity.cpu_pct:
        return measured
    background_pct = round(max(measured.used_pct - running_pct, 0.0), 1)
    return replace(measured, speed=1.0, background_pct=background_pct)


def _count(
    device: EdgeDevice, watch: Watch, measured: Measured, period_ms: float, now_ms: int
) -> Watch:
    background = _choose_background(watch, measured)
    found = replace(
        watch,
        speed=measured.speed,
        background_pct=background,
        basis=measured.basis,
        better_since=None,
    )
    if not watch.basis:
        return found
    step = STEP * device.capacity.cpu_pct
    gain = _left(device, found) - _left(device, watch)
    if gain < -step or found.speed < watch.speed - STEP_SPEED:
        fell = gain < -RELAPSE * device.capacity.cpu_pct or found.speed < watch.speed - RELAPSE
        return replace(found, relapses=(*watch.relapses, now_ms)) if fell else found
    if gain <= step and found.speed <= watch.speed + STEP_SPEED:
        return replace(watch, better_since=None)
    since = now_ms if watch.better_since is None else watch.better_since
    patience_ms = grow_patience(PATIENCE * period_ms, max(len(watch.relapses) - 1, 0))
    return found if now_ms - since >= patience_ms else replace(watch, better_since=since)


def _choose_background(watch: Watch, measured: Measured) -> float:
    """In percent of one reference processor. A device that has just become slow is not the less
    busy for it: its use only follows later, and a background found in between is too low."""
    if measured.background_pct is None:
        return watch.background_pct
    has_slowed = measured.speed < watch.speed - STEP_SPEED
    return max(measured.background_pct, watch.background_pct * has_slowed)


def _left(device: EdgeDevice, watch: Watch) -> float:
    return count_capacity(device, watch.speed, watch.background_pct)
