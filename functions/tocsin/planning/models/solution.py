"""What a solved model says, as arrays, and a plan as a first solution for a model."""

from __future__ import annotations

import numpy as np

from tocsin.planning.arrays.site import Site
from tocsin.planning.arrays.types import Ints
from tocsin.planning.models.columns import counts_of, placed, whole
from tocsin.planning.models.formulation import Model
from tocsin.planning.proof.bound import Duals


def duals_of(model: Model, site: Site) -> Duals:
    """The duals of a solved relaxation; a device it does not touch keeps its marginal price."""
    row = model.problem.get_constraint_by_name
    load = site.price.marginal(model.base)
    for device in {device for device, _ in model.filled}:
        load[device] = -(row(f"load_{device}").pi or 0.0)
    moves = row("moves")
    return Duals(load, 0.0 if moves is None else -(moves.pi or 0.0))


def allocation_of(model: Model, site: Site) -> Ints:
    """The solution as an allocation ``[t]``; what it splits goes where most of it is."""
    values = model.columns.most.astype(np.float64)
    for column, variable in model.place.items():
        values[column] = variable.varValue or 0.0
    return placed(site, model.columns, whole(model.columns, values))


def start_of(model: Model, site: Site, allocation: Ints) -> dict[str, float]:
    """*allocation* as a first solution: a value for each variable's name."""
    counts = counts_of(site, model.columns, allocation)
    filled = site.price.filled(site.loads(allocation))
    start = {variable.name: float(counts[n]) for n, variable in model.place.items()}
    return start | {v.name: float(filled[segment]) for segment, v in model.filled.items()}
