"""``solve(problem) -> plan``: always an answer, each site for itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from tocsin.planning.arrays.pairs import NOWHERE
from tocsin.planning.arrays.site import Site, site_of
from tocsin.planning.models.solver import Solver, default_solver
from tocsin.planning.moves import greedy
from tocsin.planning.plan import Plan, Status
from tocsin.planning.problem import Problem
from tocsin.planning.results.reasons import migrations_of, violations_of
from tocsin.planning.search.search import Found, Search, gap
from tocsin.planning.search.solve_site import solve_site
from tocsin.planning.solve_settings import SolveSettings


@dataclass(frozen=True, slots=True)
class Solved:
    """One site and what was found for it."""

    site: Site
    found: Found


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
    solver = solver or default_solver()
    began = clock()
    solved, sites = [], problem.sites()
    for done, site_id in enumerate(sites):
        share = (began + settings.time_limit_s - clock()) / (len(sites) - done)
        search = Search(
            site_of(problem, site_id),
            settings.gap,
            solver,
            left_s=partial(_left_s, clock, clock() + max(share, 0.0)),
            threads=settings.threads,
        )
        solved.append(Solved(search.site, solve_site(search)))
    return _plan(problem, solved, settings.gap, clock() - began, solver is not None)


def _left_s(clock: Callable[[], float], until: float) -> float:
    return until - clock()


def _plan(
    problem: Problem, solved: list[Solved], wanted: float, wall_s: float, has_solver: bool
) -> Plan:
    objective = sum(one.found.objective for one in solved)
    bound = sum(one.found.bound for one in solved)
    migrations = tuple(
        move for one in solved for move in migrations_of(problem, one.site, one.found.plan)
    )
    reasons = sorted({one.found.reason for one in solved} - {""})
    proven = gap(objective, bound)
    failed = bool(reasons) or not has_solver
    return Plan(
        status=_status(proven <= wanted, moved=bool(migrations), failed=failed),
        allocation=dict(pair for one in solved for pair in _allocation(one)),
        objective=objective,
        bound=bound,
        staying=sum(one.site.objective(greedy.staying(one.site)) for one in solved),
        gap=proven,
        wall_s=wall_s,
        violations=tuple(
            broken for one in solved for broken in violations_of(problem, one.site, one.found.plan)
        ),
        migrations=migrations,
        note="; ".join(reasons) if has_solver else "no solver is installed",
    )


def _status(proven: bool, *, moved: bool, failed: bool) -> Status:
    if proven:
        return "optimal" if moved else "unchanged"
    if failed:
        return "repaired"
    return "feasible" if moved else "unchanged"


def _allocation(one: Solved) -> Iterable[tuple[str, str | None]]:
    for task, device in zip(one.site.tasks, one.found.plan.tolist(), strict=True):
        assert device != NOWHERE
        yield task.task_id, one.site.devices[device].device_id
    for task in one.site.unplaced:
        yield task.task_id, None
