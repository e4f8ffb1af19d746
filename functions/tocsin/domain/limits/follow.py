"""Step a device's limits over the readings of a message.

For so many periods beyond a limit, and an alert is raised; as long back inside, and it clears. A
reading counts for the time since the one before it, at most for one period, so a device that sends
ten times a period needs ten times the readings, and a silence counts for one. What is missing
speaks for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.calling.scoring import Change
from tocsin.domain.limits.bounds import FRESH, Bound, LimitState, LimitStates

HALF = 0.5  # periods: the time between two readings is never quite the period


@dataclass(frozen=True, slots=True)
class LimitChange:
    """``bound`` was passed, or is so no more, at the reading ``index``. ``raised_t``: event time
    (ms) at which its alert was raised, at ``site_id``."""

    index: int
    change: Change
    bound: Bound
    raised_t: int
    site_id: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """n readings: event times ``t`` (ms, ``[n]``), ``values`` (``[n, c]``, NaN where missing), for
    how many periods each of them counts (``steps``, ``[n]``), and the site they came from.
    ``at_rest``: those at which the machine was off or starting, bool ``[n]``; None for none.

    At rest no value is too low: that pressure and current are gone is what being off means. A value
    that is too high is so whatever the machine does.
    """

    t: NDArray[np.int64]
    values: NDArray[np.float32]
    steps: NDArray[np.float64]
    site_id: str
    at_rest: NDArray[np.bool_] | None = None


def count_steps(t: NDArray[np.int64], last_t: int, period_ms: float) -> NDArray[np.float64]:
    """For how many periods each reading at *t* (ms) counts, ``[n]``; *last_t*: the one before, 0
    for none."""
    first = last_t or int(t[0] - period_ms)
    passed: NDArray[np.float64] = np.clip(np.diff(t, prepend=first), 0, period_ms) / period_ms
    return passed


def follow_limits(
    bounds: Sequence[Bound], states: LimitStates, stretch: Stretch
) -> tuple[LimitStates, list[LimitChange]]:
    """The states after the readings, and what has changed, in the order of the readings."""
    if not bounds:
        return {}, []
    own = _pick_values(bounds, stretch)
    beyond, inside = _compare(bounds, own)
    known = ~np.isnan(own)
    befores = [states.get(bound.name, FRESH) for bound in bounds]
    is_open = np.array([state.raised_t is not None for state in befores])
    runs = np.array([state.run for state in befores])
    beyond_for = _run(beyond, known & ~beyond, stretch.steps, np.where(is_open, 0.0, runs))
    inside_for = _run(inside, known & ~inside, stretch.steps, np.where(is_open, runs, 0.0))
    after: dict[str, LimitState] = {}
    changes: list[LimitChange] = []
    for at, bound in enumerate(bounds):
        state, found = _toggle(bound, befores[at], beyond_for[at], inside_for[at], stretch)
        changes += found
        if state != FRESH:
            after[bound.name] = state
    return after, sorted(changes, key=lambda change: change.index)


def _pick_values(bounds: Sequence[Bound], stretch: Stretch) -> NDArray[np.float32]:
    """The values that each bound is held against, ``[b, n]``, NaN where it is not."""
    own = stretch.values[:, [bound.index for bound in bounds]].T
    if stretch.at_rest is None:
        return own
    low = np.array([bound.side == "low" for bound in bounds])[:, np.newaxis]
    return np.where(low & stretch.at_rest, np.float32(np.nan), own)


def _compare(
    bounds: Sequence[Bound], own: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each of *own* is beyond its bound, and whether it is back, all ``[b, n]``."""
    # As the values are kept: 7.1 is not above 7.1, whichever of them was rounded.
    limits = np.array([bound.value for bound in bounds], dtype=np.float32)[:, np.newaxis]
    backs = np.array(
        [bound.value + (bound.back if bound.side == "low" else -bound.back) for bound in bounds],
        dtype=np.float32,
    )[:, np.newaxis]
    low = np.array([bound.side == "low" for bound in bounds])[:, np.newaxis]
    beyond = np.where(low, own < limits, own > limits)
    inside = np.where(low, own >= backs, own <= backs)
    return beyond, inside


def _run(
    speaks: NDArray[np.bool_],
    ends: NDArray[np.bool_],
    steps: NDArray[np.float64],
    before: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For how many periods, up to each reading, nothing has ended what *speaks*, ``[b, n]``."""
    counted = np.cumsum(np.where(speaks, steps, 0.0), axis=1)
    since = np.where(ends, counted, -before[:, np.newaxis])
    return counted - np.maximum.accumulate(since, axis=1)


def _toggle(
    bound: Bound,
    state: LimitState,
    beyond_for: NDArray[np.float64],
    inside_for: NDArray[np.float64],
    stretch: Stretch,
) -> tuple[LimitState, list[LimitChange]]:
    """From one change to the next; there are few."""
    # A run has begun even where one reading is enough.
    needed = max(bound.delay - HALF, np.finfo(np.float64).tiny)
    raising, clearing = np.flatnonzero(beyond_for >= needed), np.flatnonzero(inside_for >= needed)
    raised_t, site_id = state.raised_t, state.site_id
    changes: list[LimitChange] = []
    at = 0
    while True:
        awaited = raising if raised_t is None else clearing
        position = int(np.searchsorted(awaited, at))
        if position == len(awaited):
            break
        at = int(awaited[position])
        if raised_t is None:
            raised_t, site_id = int(stretch.t[at]), stretch.site_id
            changes.append(LimitChange(at, "raised", bound, raised_t, site_id))
        else:
            raised_at = site_id or stretch.site_id
            changes.append(LimitChange(at, "cleared", bound, raised_t, raised_at))
            raised_t = site_id = None
        at += 1
    run = float((beyond_for if raised_t is None else inside_for)[-1])
    return LimitState(round(min(run, bound.delay), 6), raised_t, site_id), changes
