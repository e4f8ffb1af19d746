"""Which tasks go without from run to run, and for how long at least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tocsin.domain.plans.restraint import Gone
from tocsin.domain.plans.site_standing import Memory
from tocsin.domain.plans.watch import grow_patience
from tocsin.planning.inputs.judging import Condition
from tocsin.planning.plan import Plan
from tocsin.planning.restraint.shedding import Shedding
from tocsin.usecases.planning.look_at_site import SiteView

PATIENCE = 60  # periods for which a task goes without at least; doubled each time within the hour


def find_out(memory: Memory, view: SiteView) -> frozenset[str]:
    """The tasks that go without: none once an operator wants none to, and none that is pinned."""
    if not view.optimiser.shed:
        return frozenset()
    gone = {entry.task_id for entry in memory.shed if entry.back_at is None}
    return frozenset(gone & view.tasks.keys() - view.overrides.pins.keys())


def weigh_shedding(
    memory: Memory, conditions: Mapping[str, Condition], view: SiteView, plan: Plan
) -> Shedding:
    """What may go without, and come back, now."""
    if not view.optimiser.shed:
        return Shedding()
    out, now_ms = find_out(memory, view), view.looked_at
    settled_after_ms = view.optimiser.pace.settle_periods * view.slowest_period_ms
    fresh = [moved for moved in memory.moves if now_ms - moved.t < settled_after_ms]
    moved = {name for move in plan.migrations for name in (move.source, move.target)}
    moved |= {name for move in fresh for name in (move.source, move.target)}
    late = {name for name, condition in conditions.items() if _is_late(name, condition, view)}
    return Shedding(
        may_shed=frozenset() if memory.trust.hold else frozenset(late - moved),
        out={entry.task_id: entry.why for entry in memory.shed if entry.task_id in out},
        may_return=frozenset(name for name in out if _has_waited(name, memory, view)),
        forbidden=view.overrides.forbidden,
    )


def note_shed(memory: Memory, out: Mapping[str, str], view: SiteView) -> Memory:
    """*memory* with what goes without from now on, and what no longer does."""
    now_ms = view.looked_at
    entries = [
        entry
        if entry.back_at is not None or entry.task_id in out
        else replace(entry, back_at=now_ms)
        for entry in memory.shed
    ]
    known = {entry.task_id for entry in entries if entry.back_at is None}
    entries += [Gone(name, now_ms, why) for name, why in sorted(out.items()) if name not in known]
    return replace(memory, shed=tuple(entries))


def _is_late(name: str, condition: Condition, view: SiteView) -> bool:
    """Whether some task of a device is measured to be late."""
    if condition.measured is None or condition.measured.answer_ms is None:
        return False
    running = next(device.running for device in view.devices if device.device_id == name)
    deadlines = [view.tasks[task].deadline_ms for task in running if task in view.tasks]
    shortest = min((limit for limit in deadlines if limit is not None), default=float("inf"))
    return condition.measured.answer_ms > shortest


def _has_waited(name: str, memory: Memory, view: SiteView) -> bool:
    entries = [entry for entry in memory.shed if entry.task_id == name]
    patience_ms = grow_patience(PATIENCE * view.slowest_period_ms, len(entries) - 1)
    return view.looked_at - entries[-1].since >= patience_ms
