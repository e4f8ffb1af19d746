"""What each device of a site counts for in a plan, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.health import SOUND, Health, guess_health
from tocsin.domain.plans.watch import Watch
from tocsin.planning.inputs.ability import Measured
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.inputs.watching import (
    TaskLoad,
    is_new_again,
    watch_device,
    watch_silence,
)
from tocsin.planning.problem import Task

FIRST_MS = 120_000  # for a device's first message, since a run first saw it
ALERT_PERIODS = 60  # after an alert in which a device is given nothing new


@dataclass(frozen=True, slots=True)
class Condition:
    """What a device counts for in a plan.

    ``closed``: why it is given no tasks that it does not run, empty where it may be. ``stuck``: why
    it keeps those it runs: it obeys no order, and they are answered in time where they are.
    ``measured``: None where its readings say nothing of its work.
    """

    health: Health
    watch: Watch
    measured: Measured | None = None
    closed: str = ""
    stuck: str = ""

    @property
    def background_pct(self) -> float:
        return self.watch.background_pct

    @property
    def why(self) -> str:
        """What keeps it from being like any other, in words."""
        return self.health.why or self.stuck or self.closed


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is known against a device. ``disobeys``: why it is given up on, empty where it is not.
    ``alerted_at``: event time (ms) of an alert that its document may not show yet.
    ``silent_after_ms``: infinite where its silence is the path's. ``has_changed``: whether tasks
    came or went with its newest orders; others only repeated what it ran."""

    disobeys: str
    alerted_at: int | None
    silent_after_ms: float
    has_changed: bool = True


def judge_device(
    device: EdgeDevice,
    record: DeviceRecord | None,
    before: Watch,
    *,
    tasks: Mapping[str, Task],
    suspicion: Suspicion,
    now_ms: int,
) -> Condition:
    """*tasks*: all of its site. *before*: as the last run left it."""
    before = before if before.since is not None else replace(before, since=now_ms)
    if record is None:
        return _judge_unheard(before, now_ms)
    running_pct = sum(tasks[name].load_pct for name in device.running if name in tasks)
    since = 0 if device.report is None or not suspicion.has_changed else device.report.at
    watched = watch_device(device, record, before, TaskLoad(running_pct, since), now_ms)
    watch = watch_silence(watched.watch, record, suspicion.silent_after_ms, now_ms)
    if watch.silent:
        quiet_s = (now_ms - record.enqueued_at) / 1_000
        return Condition(Health(0.0, f"nothing heard of it for {quiet_s:.0f} s"), watch)
    if suspicion.disobeys:
        return _judge_disobedient(device, watch, watched.measured, tasks, suspicion.disobeys)
    alerted = suspicion.alerted_at
    if alerted is not None and record.last_t < alerted:
        record = record.with_alert(alerted)  # stored before the device's document is
    health = SOUND if watch.basis else guess_health(record, now_ms)
    closed = watched.closed or _find_closed(record, watch, now_ms)
    return Condition(health, watch, watched.measured, closed)


def is_new(watch: Watch, now_ms: int) -> bool:
    """Whether a run saw the device for the first time only a moment ago."""
    return watch.since is not None and now_ms - watch.since < FIRST_MS


def _judge_unheard(watch: Watch, now_ms: int) -> Condition:
    """A device that was never heard may just have been switched on, or we may."""
    if is_new(watch, now_ms):
        return Condition(SOUND, watch, closed="it has not sent a reading yet")
    return Condition(Health(0.0, "it has never sent a reading"), watch)


def _judge_disobedient(
    device: EdgeDevice,
    watch: Watch,
    measured: Measured | None,
    tasks: Mapping[str, Task],
    why: str,
) -> Condition:
    """While it works for all we know, its tasks stay if they are in time, or would run twice."""
    deadlines = [tasks[name].deadline_ms for name in device.running if name in tasks]
    shortest = min((limit for limit in deadlines if limit is not None), default=float("inf"))
    if not watch.basis:
        return Condition(Health(0.0, why), watch)
    answer_ms = None if measured is None else measured.answer_ms
    if answer_ms is None or answer_ms <= shortest:
        return Condition(SOUND, watch, measured, closed=why, stuck=why)
    return Condition(Health(0.0, f"{why}, and its tasks are late"), watch, measured)


def _find_closed(record: DeviceRecord, watch: Watch, now_ms: int) -> str:
    """Why it is given nothing new for now."""
    period_ms = record.work.measure_periods(1)
    if record.is_in_alert:
        return "it is in alert"
    if record.cleared_at is not None and now_ms - record.cleared_at < ALERT_PERIODS * period_ms:
        return "it was in alert a moment ago"
    if record.sensors:
        return f"sensors out: {', '.join(sorted(record.sensors))}"
    if is_new_again(watch, period_ms, now_ms):
        return "it was silent a moment ago"
    return ""
