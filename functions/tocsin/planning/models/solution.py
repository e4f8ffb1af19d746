"""What a solved model says, as arrays, and a plan as a first solution for a model."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.columns import count_columns, place_tasks, round_counts
from tocsin.planning.models.formulation import Model
from tocsin.planning.proof.bound import Duals


def read_duals(model: Model, site: Site) -> Duals:
    """The duals of a solved relaxation; a device it does not touch keeps its marginal price."""
    row = model.problem.get_constraint_by_name
    load = site.price.marginal_price(model.base)
    # ``pi`` is what one more on a row's right side costs. That of a load's row is minus a load; one
    # more move that is allowed saves what the move's price is. Hence the signs.
    for device in {device for device, _ in model.fill}:
        load[device] = -(row(f"load_{device}").pi or 0.0)
    moves = row("moves")
    return Duals(load, 0.0 if moves is None else -(moves.pi or 0.0))


def read_allocation(model: Model, site: Site) -> Ints:
    """The solution as an allocation ``[t]``; what it splits goes where most of it is."""
    values = model.columns.most.astype(np.float64)  # a column without a variable takes all
    for column, variable in model.place.items():
        values[column] = variable.varValue or 0.0
    return place_tasks(site, model.columns, round_counts(model.columns, values))


def build_start(model: Model, site: Site, allocation: Ints) -> dict[str, float]:
    """*allocation* as a first solution: a value for each variable's name."""
    counts = count_columns(site, model.columns, allocation)
    fill = site.price.fill_segments(site.device_loads(allocation))
    start = {variable.name: float(counts[n]) for n, variable in model.place.items()}
    return start | {variable.name: float(fill[segment]) for segment, variable in model.fill.items()}
