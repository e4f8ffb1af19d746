"""What a run takes from those before it, and leaves to those after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tocsin.domain.plans.restraint import Moved, Promise, check_promise, lift_hold
from tocsin.domain.plans.site_standing import Memory
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.domain.plans.watch import HOUR_MS
from tocsin.planning.inputs.judging import Condition
from tocsin.planning.restraint.allowance import Allowance
from tocsin.usecases.planning.look_at_site import SiteView

DOUBT = 0.1  # by which answers are taken for longer, for each promise that was broken lately
PROMISE_AFTER = 60  # periods after a plan: its orders are obeyed, and what is measured is new


def recall(view: SiteView) -> Memory:
    """What was remembered, with the moves of plans whose run ended before it could remember them,
    and without what is over."""
    memory, now_ms = view.memory, view.looked_at
    known = {moved.version for moved in memory.moves}
    missed = [
        moved for plan in view.made if plan.version not in known for moved in list_moves(plan)
    ]
    moves = sorted([*memory.moves, *missed], key=lambda moved: moved.t)
    trust = replace(
        memory.trust, hold=lift_hold(memory.trust.hold, view.settings_changed_at, now_ms)
    )
    lately = (
        gone for gone in memory.shed if gone.back_at is None or now_ms - gone.back_at < HOUR_MS
    )
    return replace(
        memory,
        shed=tuple(lately),
        moves=tuple(moved for moved in moves if now_ms - moved.t < HOUR_MS),
        trust=trust,
        recalled_at=now_ms,
    )


def list_moves(plan: StoredPlan) -> list[Moved]:
    return [
        Moved(plan.created_at, plan.version, move.task_id, move.source, move.target)
        for move in plan.migrations
        if move.source is not None
    ]


def review(memory: Memory, conditions: Mapping[str, Condition], view: SiteView) -> Memory:
    """*memory* with what is measured now: of every device, and of what the last plan promised."""
    trust, now_ms = memory.trust, view.looked_at
    if trust.promise is not None and _is_settled(trust.promise, view):
        answers = {
            name: condition.measured.answer_ms
            for name, condition in conditions.items()
            if condition.measured is not None
            and condition.measured.answer_ms is not None
            and condition.measured.background_pct is not None
        }
        trust = check_promise(trust, answers, now_ms, view.slowest_period_ms)
    watches = {name: condition.watch for name, condition in conditions.items()}
    return replace(memory, watches=watches, trust=trust)


def allow(memory: Memory, conditions: Mapping[str, Condition], view: SiteView) -> Allowance:
    """What may move now."""
    pace, now_ms = view.optimiser.pace, view.looked_at
    most, left = view.optimiser.limits.max_migrations, pace.per_site_hour - len(memory.moves)
    moves = max(min(left, left if most is None else most), 0)
    gained: dict[str, int] = {}
    for moved in memory.moves:
        gained[moved.target] = gained.get(moved.target, 0) + 1
    return Allowance(
        moves=0 if memory.trust.hold else moves,
        gains={name: max(pace.per_device_hour - gained.get(name, 0), 0) for name in conditions},
        economy=_is_quiet(
            memory, conditions.values(), pace.quiet_periods * view.slowest_period_ms, now_ms
        ),
        doubt=DOUBT * memory.trust.broken,
    )


def expect(memory: Memory, plan: StoredPlan, answers_ms: Mapping[str, float]) -> Memory:
    """*memory* once *plan* is carried out."""
    moves = list_moves(plan)
    if not moves:
        return memory
    promise = Promise(plan.version, plan.created_at, answers_ms)
    trust = replace(memory.trust, promise=promise)
    return replace(memory, moves=(*memory.moves, *moves), trust=trust)


def list_reasons(memory: Memory, conditions: Mapping[str, Condition]) -> Iterable[str]:
    """Why less moves than could, in words."""
    if memory.trust.hold is not None:
        yield f"held still: {memory.trust.hold.reason}"
    for name, condition in sorted(conditions.items()):
        if condition.stuck:
            yield f"{name} keeps its tasks: {condition.stuck}"
        elif condition.closed:
            yield f"{name} is given no tasks: {condition.closed}"


def _is_settled(promise: Promise, view: SiteView) -> bool:
    """Whether what is measured shows what the plan did: its orders are obeyed or given up."""
    under_way = any(plan.version == promise.version and plan.is_under_way for plan in view.plans)
    return (
        not under_way and view.looked_at - promise.made_at >= PROMISE_AFTER * view.slowest_period_ms
    )


def _is_quiet(
    memory: Memory, conditions: Iterable[Condition], quiet_ms: float, now_ms: int
) -> bool:
    """Whether nothing happens at the site that a move for watts could make worse."""
    if any(now_ms - moved.t < quiet_ms for moved in memory.moves):
        return False
    return not any(
        condition.closed
        or condition.health.why
        or condition.watch.better_since is not None
        or any(now_ms - t < quiet_ms for t in condition.watch.relapses)
        for condition in conditions
    )
