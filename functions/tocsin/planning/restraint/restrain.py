"""From the best plan to what of it is worth carrying out.

The optimiser weighs watts against lateness, for tasks as if each device were filled to its reserve
line. Here the same plan is judged task by task, at the loads it makes: a move goes back where a
receiver's own tasks would be late for it, where it helps nobody, and where a limit is reached; and
a task that is late where it is may go where it harms nobody though the optimiser saw no gain in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.moves.greedy import stay_in_place
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.restraint.allowance import Allowance
from tocsin.planning.restraint.exchange import exchange_late
from tocsin.planning.restraint.forecast import (
    LATE,
    RISK,
    Forecast,
    compare_deadlines,
    spread_answers,
)
from tocsin.planning.results.reasons import explain_migrations, find_violations
from tocsin.planning.search.search import measure_gap

PER_MOVE = 0.25  # late tasks that a move must at least spare: moving is a risk in itself
SLIGHT = 0.05  # late tasks that moves for watts may cost: what the forecast cannot tell from none
TRIALS = 12  # receivers that are tried for a task
ECONOMY = 0.05  # of the watts that could change: less is not worth moving what is in time


@dataclass(frozen=True, slots=True)
class Restrained:
    """``held``: what was not carried out of the plan, and why, in words. ``answers_ms``: what each
    device that gains a task is expected to answer in."""

    plan: Plan
    held: tuple[str, ...]
    answers_ms: Mapping[str, float]


def restrain(problem: Problem, site_id: str, plan: Plan, allowance: Allowance) -> Restrained:
    """*plan* as far as it is worth it and harms nobody. One site."""
    site = build_site(problem, site_id)
    if not len(site.load):
        return Restrained(plan, (), {})
    closed = np.array([device.closed for device in site.devices], bool)
    forecast = Forecast.of(
        _open_closed(problem, site, site_id) if closed.any() else site, allowance.doubt
    )
    place = {device.device_id: index for index, device in enumerate(site.devices)}
    best = np.array([place[plan.allocation[task.task_id] or ""] for task in site.tasks], np.int64)
    choice = _Choice(problem, forecast, closed, allowance)
    chosen, held = choice.choose(best)
    kept = (
        plan
        if np.array_equal(chosen, best)
        else _rebuild(problem, forecast.site, plan, chosen, choice.list_reasons(chosen))
    )
    return Restrained(kept, held, _expect(forecast, chosen))


def _open_closed(problem: Problem, site: Site, site_id: str) -> Site:
    """*site* where closed devices may be given tasks, at what they cost there."""
    devices = tuple(replace(device, closed=False) for device in problem.devices)
    opened = build_site(replace(problem, devices=devices), site_id)
    row = {task.task_id: index for index, task in enumerate(opened.tasks)}
    return replace(site, cost=opened.cost[[row[task.task_id] for task in site.tasks]])


def _expect(forecast: Forecast, chosen: Ints) -> dict[str, float]:
    """ms of answer by device, of those that gain tasks and are well: what is promised."""
    site, answers = forecast.site, forecast.estimate_answers(chosen)
    gains = np.unique(chosen[chosen != site.present])
    return {
        site.devices[index].device_id: round(float(answers[index]), 1)
        for index in gains[forecast.find_well()[gains]].tolist()
    }


class _Choice:
    """The steps from a plan to a harmless one; all arrays are ``[t]`` or ``[d]``."""

    def __init__(
        self, problem: Problem, forecast: Forecast, closed: Bools, allowance: Allowance
    ) -> None:
        self._site = site = forecast.site
        self._closed = closed
        self._partner: Mapping[int, int] = {}
        self._forecast = forecast
        self._allowance = allowance
        self._stay = stay_in_place(site)
        pinned = np.array([task.task_id in problem.pins for task in site.tasks], bool)
        barred = site.misplaced[np.arange(len(self._stay)), self._stay]
        drained = np.array([device.drained for device in site.devices], bool)[self._stay]
        # What operators ordered, and what is new, is not ours to weigh.
        self._ordered: Bools = np.asarray(
            pinned | barred | drained | (site.present == NOWHERE) | (self._stay != site.present)
        )
        self._most_gains = np.array(
            [allowance.gains.get(device.device_id, len(site.tasks)) for device in site.devices]
        )

    def choose(self, best: Ints) -> tuple[Ints, tuple[str, ...]]:
        site = self._site
        plan, undone = self._undo_harm(best)
        plan = self._relieve(plan)
        exchanged = exchange_late(
            self._forecast, plan, free=site.counted & ~self._ordered, closed=self._closed
        )
        plan, self._partner = exchanged.plan, exchanged.partner
        plan, exceeded = self._keep_limits(plan)
        plan = self._undo_useless(plan)
        before, after = self._forecast.weigh(self._stay), self._forecast.weigh(plan)
        moves = int(self._find_moved(plan).sum())
        held = [*undone, *exceeded]
        if moves and before - after < PER_MOVE * moves:
            held.append(f"{moves} moves would spare too little lateness to be worth their risk")
            plan = np.where(self._ordered, plan, self._stay)
        if np.array_equal(plan, self._stay) and not np.array_equal(best, self._stay):
            return self._economise(best, held)
        return plan, tuple(held)

    def list_reasons(self, chosen: Ints) -> dict[str, str]:
        """Why tasks move for what *chosen* makes of their answers, by task."""
        site, found = self._site, dict[str, str]()
        late = self._forecast.late_now > LATE
        for index in np.flatnonzero(self._find_moved(chosen) & late).tolist():
            here = site.devices[int(site.present[index])].device_id
            found[site.tasks[index].task_id] = f"{here} answers too late for it"
        for task, other in self._partner.items():
            if chosen[other] == site.present[task]:
                name = site.tasks[task].task_id
                found[site.tasks[other].task_id] = (
                    f"it makes room for {name}, whose lateness counts more"
                )
        return found

    def _economise(self, best: Ints, held: list[str]) -> tuple[Ints, tuple[str, ...]]:
        """*best* as it is if it moves for watts enough, and harms nobody."""
        site = self._site
        gain, staying = (
            site.objective(self._stay) - site.objective(best),
            site.objective(self._stay),
        )
        harmless = not self._forecast.find_harmed(best).any()
        in_time = self._forecast.weigh(best) <= self._forecast.weigh(self._stay) + SLIGHT
        within = np.array_equal(self._keep_limits(best)[0], best)
        if harmless and in_time and within and gain > ECONOMY * abs(staying - site.constant_w):
            if self._allowance.economy:
                return best, ()
            held.append(f"{gain:.0f} W could be saved once the site has been quiet for a while")
        return self._stay, tuple(held)

    def _find_moved(self, plan: Ints) -> Bools:
        """``[t]``: moves that are ours to weigh."""
        return np.asarray((plan != self._stay) & ~self._ordered)

    def _undo_harm(self, plan: Ints) -> tuple[Ints, list[str]]:
        """Back with what harms its receiver, least urgent for its load first, until none does."""
        plan, harmed_ever = plan.copy(), set()
        urgency = self._forecast.priority / np.maximum(self._site.load, 1e-9)
        while True:
            harmed = self._forecast.find_harmed(plan)
            back = np.flatnonzero(self._find_moved(plan) & harmed[plan])
            if not len(back):
                break
            first = int(back[np.argmin(urgency[back])])
            harmed_ever.add(self._site.devices[int(plan[first])].device_id)
            plan[first] = self._stay[first]
        return plan, [
            f"{name} takes no more tasks: its own would be late" for name in sorted(harmed_ever)
        ]

    def _relieve(self, plan: Ints) -> Ints:
        """Late tasks put where they are in time and harm nobody, the most urgent first."""
        plan, site, forecast = plan.copy(), self._site, self._forecast
        chances = forecast.estimate_chances(plan)
        urgency = forecast.priority * chances / np.maximum(site.load, 1e-9)
        movable = (plan == site.present) & site.counted & (chances > LATE)
        order = np.flatnonzero(movable)
        for task in order[np.argsort(-urgency[order], kind="stable")].tolist():
            if forecast.estimate_chances(plan)[task] <= LATE:
                continue  # another's leaving was enough
            target = self._find_harmless(plan, task)
            if target is not None:
                plan[task] = target
        return plan

    def _find_harmless(self, plan: Ints, task: int) -> int | None:
        """The device with the soonest answer that is in time for *task* and harms nobody."""
        site, forecast = self._site, self._forecast
        loads = site.device_loads(plan) + site.load[task]
        use = forecast.estimate_use(loads)
        answer = site.idle_ms / (1.0 - use) * (1.0 + forecast.doubt)
        spread = spread_answers(use, np.ones(len(use)))
        good = compare_deadlines(answer, spread, forecast.deadline[task]) <= RISK
        good &= (
            (site.usable > 0)
            & ~self._closed
            & (loads < site.usable)
            & np.isfinite(site.cost[task])
            & ~site.misplaced[task]
        )
        good[plan[task]] = False
        candidates = np.flatnonzero(good)
        for target in candidates[np.argsort(answer[candidates], kind="stable")][:TRIALS].tolist():
            trial = plan.copy()
            trial[task] = target
            if not forecast.find_harmed(trial)[target]:
                return int(target)
        return None

    def _undo_useless(self, plan: Ints) -> Ints:
        """Without the moves that make no lateness less."""
        plan, forecast = plan.copy(), self._forecast
        moved = np.flatnonzero(self._find_moved(plan))
        weight = forecast.weigh(plan)
        # Those with the least load, which help least, go back first.
        for task in moved[np.argsort(self._site.load[moved], kind="stable")].tolist():
            target = plan[task]
            plan[task] = self._stay[task]
            undone = forecast.weigh(plan)
            if undone > weight + PER_MOVE / 2.0 or self._harms_by_return(plan):
                plan[task] = target
            else:
                weight = undone
        return plan

    def _harms_by_return(self, plan: Ints) -> bool:
        return bool((self._find_moved(plan) & self._forecast.find_harmed(plan)[plan]).any())

    def _keep_limits(self, plan: Ints) -> tuple[Ints, list[str]]:
        """Back with what is more than a device may be given, or the site moved."""
        plan, held, site = plan.copy(), [], self._site
        urgency: Floats = self._forecast.priority / np.maximum(site.load, 1e-9)
        for device in np.unique(plan[self._find_moved(plan)]).tolist():
            gained = np.flatnonzero(self._find_moved(plan) & (plan == device))
            excess = len(gained) - int(self._most_gains[device])
            if excess > 0:
                back = gained[np.argsort(urgency[gained], kind="stable")][:excess]
                plan[back] = self._stay[back]
                name = site.devices[device].device_id
                held.append(f"{name} was given as many tasks within an hour as it may be")
        moved = np.flatnonzero(self._find_moved(plan))
        excess = len(moved) - self._allowance.moves
        if excess > 0:
            back = moved[np.argsort(urgency[moved], kind="stable")][:excess]
            plan[back] = self._stay[back]
            held.append(f"{excess} moves wait: the site's limit is reached")
        if held:  # what went back may have made room that others counted on
            plan, _ = self._undo_harm(plan)
        return plan, held


def _rebuild(
    problem: Problem, site: Site, plan: Plan, chosen: Ints, reasons: Mapping[str, str]
) -> Plan:
    """*plan* with the allocation *chosen*. *reasons*: by task, where they are known better."""
    objective = site.objective(chosen)
    allocation = dict(plan.allocation) | {
        task.task_id: site.devices[index].device_id
        for task, index in zip(site.tasks, chosen.tolist(), strict=True)
    }
    migrations = tuple(
        replace(move, reason=reasons.get(move.task_id, move.reason))
        for move in explain_migrations(problem, site, chosen)
    )
    return replace(
        plan,
        status="feasible" if migrations else "unchanged",
        allocation=allocation,
        objective=objective,
        gap=measure_gap(objective - site.constant_w, plan.bound - site.constant_w),
        violations=tuple(find_violations(problem, site, chosen)),
        migrations=migrations,
    )
