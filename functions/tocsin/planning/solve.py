"""``solve(problem) -> plan``: always an answer, each site for itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from tocsin.domain.plans.figures import Status
from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site, build_site
from tocsin.planning.models.solver import Solver, choose_solver
from tocsin.planning.moves.greedy import stay_in_place
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.results.reasons import explain_migrations, find_violations
from tocsin.planning.search.search import BestPlan, Search, measure_gap
from tocsin.planning.search.solve_site import solve_site
from tocsin.planning.solve_settings import SolveSettings


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site and the best plan found for it."""

    site: Site
    best: BestPlan


def solve(
    problem: Problem,
    settings: SolveSettings | None = None,
    *,
    solver: Solver | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """The best plan found for *problem* in the time allowed; *solver* None: the one installed.

    Equal input gives an equal plan, unless the time limit cuts a search short.
    """
    settings = settings or SolveSettings()
    solver = solver or choose_solver()
    began = clock()
    plans, sites = [], problem.sites()
    for done, site_id in enumerate(sites):
        # What a site leaves of its share of the time goes to those after it.
        share = (began + settings.time_limit_s - clock()) / (len(sites) - done)
        search = Search(
            build_site(problem, site_id),
            settings.gap,
            solver,
            left_s=partial(_count_down, clock, clock() + max(share, 0.0)),
            threads=settings.threads,
        )
        plans.append(SitePlan(search.site, solve_site(search)))
    return _join(problem, plans, settings.gap, clock() - began, solver is not None)


def _count_down(clock: Callable[[], float], end: float) -> float:
    """Seconds until *end*; below 0 after it."""
    return end - clock()


def _join(
    problem: Problem, plans: list[SitePlan], gap: float, wall_s: float, has_solver: bool
) -> Plan:
    """The plan of all sites; *gap*: the one asked for."""
    objective = sum(plan.best.objective for plan in plans)
    bound = sum(plan.best.bound for plan in plans)
    migrations = tuple(
        move for plan in plans for move in explain_migrations(problem, plan.site, plan.best.plan)
    )
    reasons = sorted({plan.best.reason for plan in plans} - {""})
    constant = sum(plan.site.constant_w for plan in plans)
    proven_gap = measure_gap(objective - constant, bound - constant)
    failed = bool(reasons) or not has_solver
    return Plan(
        status=_choose_status(proven_gap <= gap, moved=bool(migrations), failed=failed),
        allocation=dict(pair for plan in plans for pair in _list_places(plan)),
        objective=objective,
        bound=bound,
        staying=sum(plan.site.objective(stay_in_place(plan.site)) for plan in plans),
        gap=proven_gap,
        wall_s=wall_s,
        violations=tuple(
            broken
            for plan in plans
            for broken in find_violations(problem, plan.site, plan.best.plan)
        ),
        migrations=migrations,
        note="; ".join(reasons) if has_solver else "no solver is installed",
    )


def _choose_status(proven: bool, *, moved: bool, failed: bool) -> Status:
    if proven:
        return "optimal" if moved else "unchanged"
    if failed:
        return "repaired"
    return "feasible" if moved else "unchanged"


def _list_places(plan: SitePlan) -> Iterable[tuple[str, str | None]]:
    """Each task's id and that of its device, None for a task that can run nowhere."""
    for task, device in zip(plan.site.tasks, plan.best.plan.tolist(), strict=True):
        assert device != NOWHERE
        yield task.task_id, plan.site.devices[device].device_id
    for task in plan.site.unplaced:
        yield task.task_id, None
