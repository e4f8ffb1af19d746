"""A site's model in PuLP, over the pairs of task and device that are given to it.

Minimise running cost + load price (watts), where every task is placed once, a device's load fills
the segments of its price, and at most so many tasks migrate. Pairs that must not be have no
variable; capacity, reserve, response and spread are the segments' prices, so no model is
infeasible. A task with one pair is no decision: it adds to the load beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp

from tocsin.planning.bound import Duals
from tocsin.planning.load_price import Floats
from tocsin.planning.site import NOWHERE, Bools, Ints, Site


@dataclass(frozen=True, slots=True)
class Model:
    """``place``: (task, device) → its 0/1 variable. ``fixed``: ``[t]`` device, NOWHERE where the
    model decides. ``constant``: watts the objective leaves out."""

    problem: pulp.LpProblem
    place: dict[tuple[int, int], pulp.LpVariable]
    filled: dict[tuple[int, int], pulp.LpVariable]
    fixed: Ints
    constant: float


def formulate(site: Site, columns: Bools, *, whole: bool) -> Model:
    """The model of *site* over *columns* ``[t, d]``; *whole*: tasks may not be split."""
    free = columns.sum(axis=1) > 1
    fixed = np.where(free, NOWHERE, columns.argmax(axis=1))
    problem = pulp.LpProblem("site", pulp.LpMinimize)
    place = _place_variables(problem, columns, free, whole=whole)
    filled = _load_variables(problem, site, sorted({device for _, device in place}))
    kept = np.flatnonzero(~free)
    base = _carried(site, kept, fixed)
    _objective(problem, site, place, filled)
    _place_once(problem, place)
    _carry_load(problem, site, place, filled, base)
    _limit_moves(problem, site, place, site.most_moves - _moved(site, kept, fixed))
    return Model(problem, place, filled, fixed, _constant(site, filled, base, kept, fixed))


def duals_of(model: Model, site: Site) -> Duals:
    """The duals of a solved relaxation; a device it does not touch keeps its marginal price."""
    row = model.problem.get_constraint_by_name
    kept = np.flatnonzero(model.fixed >= 0)
    load = site.price.marginal(_carried(site, kept, model.fixed))
    for device in {device for device, _ in model.filled}:
        load[device] = -(row(f"load_{device}").pi or 0.0)
    moves = row("moves")
    return Duals(load, 0.0 if moves is None else -(moves.pi or 0.0))


def shares_of(model: Model, shape: tuple[int, int]) -> Floats:
    """``[t, d]``: the share of each task the solution puts on each device."""
    shares = np.zeros(shape)
    kept = np.flatnonzero(model.fixed >= 0)
    shares[kept, model.fixed[kept]] = 1.0
    for pair, variable in model.place.items():
        shares[pair] = variable.varValue or 0.0
    return shares


def _place_variables(
    problem: pulp.LpProblem, columns: Bools, free: Bools, *, whole: bool
) -> dict[tuple[int, int], pulp.LpVariable]:
    pairs = np.argwhere(columns & free[:, None]).tolist()
    kind = pulp.LpBinary if whole else pulp.LpContinuous
    return {(t, d): problem.add_variable(f"place_{t}_{d}", 0, 1, kind) for t, d in pairs}


def _load_variables(
    problem: pulp.LpProblem, site: Site, touched: list[int]
) -> dict[tuple[int, int], pulp.LpVariable]:
    widths = site.price.widths
    return {
        (d, k): problem.add_variable(f"fill_{d}_{k}", 0, float(widths[d, k]))
        for d in touched
        for k in np.flatnonzero(widths[d] > 0).tolist()
    }


def _objective(
    problem: pulp.LpProblem,
    site: Site,
    place: dict[tuple[int, int], pulp.LpVariable],
    filled: dict[tuple[int, int], pulp.LpVariable],
) -> None:
    """Running costs and the price of the load, in watts."""
    costs = {variable: float(site.cost[pair]) for pair, variable in place.items()}
    costs |= {variable: float(site.price.slopes[pair]) for pair, variable in filled.items()}
    problem.setObjective(pulp.LpAffineExpression(costs))


def _constant(
    site: Site,
    filled: dict[tuple[int, int], pulp.LpVariable],
    base: Floats,
    kept: Ints,
    fixed: Ints,
) -> float:
    """What the tasks that are no decision cost, and the load of devices that no other can join."""
    untouched = np.ones(len(site.devices), dtype=bool)
    untouched[list({device for device, _ in filled})] = False
    return float(site.cost[kept, fixed[kept]].sum() + site.price.of(base)[untouched].sum())


def _place_once(problem: pulp.LpProblem, place: dict[tuple[int, int], pulp.LpVariable]) -> None:
    """Every task runs on exactly one device."""
    rows: dict[int, dict[pulp.LpVariable, float]] = {}
    for (task, _), variable in place.items():
        rows.setdefault(task, {})[variable] = 1.0
    for task, row in rows.items():
        _add(problem, row, pulp.LpConstraintEQ, f"once_{task}", 1.0)


def _carry_load(
    problem: pulp.LpProblem,
    site: Site,
    place: dict[tuple[int, int], pulp.LpVariable],
    filled: dict[tuple[int, int], pulp.LpVariable],
    base: Floats,
) -> None:
    """A device's tasks fill its segments; being dearer and dearer, they fill in order."""
    rows: dict[int, dict[pulp.LpVariable, float]] = {}
    for (task, device), variable in place.items():
        rows.setdefault(device, {})[variable] = float(site.load[task])
    for (device, _), variable in filled.items():
        rows[device][variable] = -1.0
    for device, row in rows.items():
        _add(problem, row, pulp.LpConstraintEQ, f"load_{device}", -float(base[device]))


def _limit_moves(
    problem: pulp.LpProblem,
    site: Site,
    place: dict[tuple[int, int], pulp.LpVariable],
    left: int,
) -> None:
    """At most *left* of the tasks the model decides leave where they are; no row if all may."""
    row = {
        variable: 1.0
        for (task, device), variable in place.items()
        if site.counted[task] and device != site.present[task]
    }
    if len({task for task, _ in place if site.counted[task]}) > left:
        _add(problem, row, pulp.LpConstraintLE, "moves", float(left))


def _carried(site: Site, kept: Ints, fixed: Ints) -> Floats:
    """Percent on each device of the tasks that are no decision, ``[d]``."""
    return np.bincount(fixed[kept], site.load[kept], len(site.devices)).astype(np.float64)


def _moved(site: Site, kept: Ints, fixed: Ints) -> int:
    return int((site.counted[kept] & (fixed[kept] != site.present[kept])).sum())


def _add(
    problem: pulp.LpProblem,
    row: dict[pulp.LpVariable, float],
    sense: int,
    name: str,
    value: float,
) -> None:
    problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(row), sense, name, value))
