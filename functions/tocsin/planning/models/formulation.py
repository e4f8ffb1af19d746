"""A site's model in PuLP, over the pairs of task and device that are given to it.

Minimise running cost + load price (watts), where every task is placed once, a device's load fills
the segments of its price, and at most so many tasks migrate. Equal tasks share their variables: how
many stay on a device, how many come to it (`columns`). Pairs that must not be have no variable;
capacity, reserve, response and spread are the segments' prices, so no model is infeasible. A kind
that has no choice is no decision: it adds to the load beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Bools, Floats, Ints
from tocsin.planning.models.columns import Columns, build_columns

Fill = dict[tuple[int, int], pulp.LpVariable]  # (device, segment) → its percent
Row = dict[pulp.LpVariable, float]  # variable → coefficient


@dataclass(frozen=True, slots=True)
class Model:
    """A problem for a solver, and what its variables stand for.

    place: column → its variable, the number of tasks; columns that are no decision have none.
    fill: (device, segment) → its variable, percent; only of devices that a decision touches.
    base: ``[d]`` percent of the tasks that are no decision.
    constant: watts that the problem's own objective leaves out.
    """

    problem: pulp.LpProblem
    columns: Columns
    place: dict[int, pulp.LpVariable]
    fill: Fill
    base: Floats
    constant: float


def formulate(site: Site, chosen: Bools, *, integer: bool) -> Model:
    """The model of *site* over the pairs *chosen* ``[t, d]``; *integer*: no task may be split."""
    columns = build_columns(site, chosen)
    problem = pulp.LpProblem("site", pulp.LpMinimize)
    place = _add_place_variables(problem, columns, integer=integer)
    touched = np.unique(columns.device[columns.free])
    fill = _add_fill_variables(problem, site, touched)
    fixed = np.where(columns.free, 0, columns.most)  # tasks without a choice, by column
    base = _sum_loads(site, columns, fixed)
    # What no decision touches is paid for in any case. A touched device's base is not: it fills
    # segments too, and so is in the row of its load.
    untouched = np.setdiff1d(np.arange(len(site.devices)), touched)
    cost = site.cost[columns.task, columns.device] @ fixed
    constant = float(cost + site.price.charge(base)[untouched].sum())
    model = Model(problem, columns, place, fill, base, constant)
    _set_objective(model, site)
    _place_once(model)
    _carry_load(model, site)
    _limit_moves(model, site)
    return model


def _add_place_variables(
    problem: pulp.LpProblem, columns: Columns, *, integer: bool
) -> dict[int, pulp.LpVariable]:
    category = pulp.LpInteger if integer else pulp.LpContinuous
    kind, device, stays = columns.kind.tolist(), columns.device.tolist(), columns.stays.tolist()
    most = columns.most.tolist()
    return {
        n: problem.add_variable(
            f"{'stay' if stays[n] else 'come'}_{kind[n]}_{device[n]}", 0, most[n], category
        )
        for n in np.flatnonzero(columns.free).tolist()
    }


def _add_fill_variables(problem: pulp.LpProblem, site: Site, touched: Ints) -> Fill:
    widths = site.price.widths
    return {
        (d, k): problem.add_variable(f"fill_{d}_{k}", 0, float(widths[d, k]))
        for d in touched.tolist()
        for k in np.flatnonzero(widths[d] > 0).tolist()
    }


def _set_objective(model: Model, site: Site) -> None:
    """Running costs and the price of the load, in watts."""
    watts = site.cost[model.columns.task, model.columns.device].tolist()
    slopes = site.price.slopes
    costs = {variable: watts[n] for n, variable in model.place.items()}
    costs |= {variable: float(slopes[segment]) for segment, variable in model.fill.items()}
    model.problem.setObjective(pulp.LpAffineExpression(costs))


def _place_once(model: Model) -> None:
    """Every task of a kind runs on exactly one device."""
    rows: dict[int, Row] = {}
    kind = model.columns.kind.tolist()
    for n, variable in model.place.items():
        rows.setdefault(kind[n], {})[variable] = 1.0
    for number, row in rows.items():
        size = float(model.columns.size[number])
        _add_row(model.problem, row, pulp.LpConstraintEQ, f"once_{number}", size)


def _carry_load(model: Model, site: Site) -> None:
    """A device's tasks fill its segments; being dearer and dearer, they fill in order."""
    rows: dict[int, Row] = {}
    device, load = model.columns.device.tolist(), site.load[model.columns.task].tolist()
    for n, variable in model.place.items():
        rows.setdefault(device[n], {})[variable] = load[n]
    for (touched, _), variable in model.fill.items():
        rows[touched][variable] = -1.0
    for touched, row in rows.items():
        base = float(model.base[touched])
        _add_row(model.problem, row, pulp.LpConstraintEQ, f"load_{touched}", -base)


def _limit_moves(model: Model, site: Site) -> None:
    """At most so many of the tasks the model decides leave where they are; no row if all may."""
    columns = model.columns
    leaving = site.counted[columns.task] & ~columns.stays
    left = site.most_moves - int(columns.most[leaving & ~columns.free].sum())
    movable = np.unique(columns.kind[leaving & columns.free])
    if columns.size[movable].sum() > left:
        row = {variable: 1.0 for n, variable in model.place.items() if leaving[n]}
        _add_row(model.problem, row, pulp.LpConstraintLE, "moves", float(left))


def _sum_loads(site: Site, columns: Columns, counts: Ints) -> Floats:
    """Percent that *counts* ``[n]`` tasks in the columns put on each device, ``[d]``."""
    weights = site.load[columns.task] * counts
    return np.bincount(columns.device, weights, len(site.devices)).astype(np.float64)


def _add_row(problem: pulp.LpProblem, row: Row, sense: int, name: str, value: float) -> None:
    problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(row), sense, name, value))
