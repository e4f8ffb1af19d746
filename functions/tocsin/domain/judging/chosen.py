"""Decisions where only some of a message's readings have a window, by the device's rhythm.

The others decide nothing: neither do they count as normal, which would end what the scored ones
began, nor does anything pass with them but time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.calling.scoring import forget_run
from tocsin.domain.judging.decisions import (
    Called,
    Decided,
    Rule,
    Standing,
    decide,
    threshold_in_force,
)
from tocsin.domain.states.run_down import Course


def decide_chosen(
    standing: Standing,
    rule: Rule,
    t: Sequence[int],
    score: Sequence[float],
    *,
    chosen: NDArray[np.bool_],
    sensors_out: Sequence[int] | None,
    operator_factor: float | None = None,
    called: Called | None = None,
    covariate: Sequence[float | None] | None = None,
    course: Course | None = None,
) -> Decided:
    """As ``decide``, over those of n readings that are *chosen*, bool ``[n]``."""
    indices: list[int] = np.flatnonzero(chosen).tolist()
    in_force = threshold_in_force(standing.usual, rule, operator_factor)
    thresholds, anomalous = [in_force] * len(t), [False] * len(t)
    anew = frozenset[int]() if called is None else called.anew
    if not indices:
        return Decided(thresholds, anomalous, [], _forget(standing) if anew else standing)
    decided = decide(
        standing,
        rule,
        [t[index] for index in indices],
        [score[index] for index in indices],
        sensors_out=None if sensors_out is None else [sensors_out[index] for index in indices],
        operator_factor=operator_factor,
        called=None if called is None else _choose(called, indices),
        covariate=None if covariate is None else [covariate[index] for index in indices],
        course=None if course is None else course.choose(indices),
    )
    for position, index in enumerate(indices):
        thresholds[index] = decided.thresholds[position]
        anomalous[index] = decided.anomalous[position]
    changes = [(indices[position], change) for position, change in decided.changes]
    after = decided.standing
    if any(index > indices[-1] for index in anew):
        after = _forget(after)
    at = frozenset[int]() if called is None else called.at
    return Decided(thresholds, anomalous, changes, after, at)


def _choose(called: Called, indices: Sequence[int]) -> Called:
    at = frozenset(position for position, index in enumerate(indices) if index in called.at)
    # What stood still stands still until the next one.
    anew = np.searchsorted(indices, sorted(called.anew)).tolist()
    return Called([called.floors[index] for index in indices], at, frozenset(anew))


def _forget(standing: Standing) -> Standing:
    return replace(standing, alert=forget_run(standing.alert))
