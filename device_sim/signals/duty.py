"""Duty cycles: how hard a machine works, as a sequence of load states and shifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.shapes import Floats, Times, hour_of_day, is_weekend


@dataclass(frozen=True, slots=True)
class Cycle:
    """The load states a machine goes through.

    ``levels`` are loads between 0 and 1, ``weights`` how often each is chosen, and a state lasts
    between ``shortest`` and ``longest`` readings.
    """

    levels: tuple[float, ...]
    weights: tuple[float, ...]
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class DutyState:
    """The load state a machine is in and the readings it still lasts."""

    level: float
    remaining: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours (local time), and the share of the load outside of them."""

    start_h: float
    end_h: float
    outside: float
    weekend: float


SHIFTS = (
    Shift(0.0, 24.0, outside=1.0, weekend=0.8),
    Shift(6.0, 22.0, outside=0.45, weekend=0.6),
    Shift(7.0, 17.5, outside=0.35, weekend=0.4),
)


def draw_duty(
    cycle: Cycle, rng: np.random.Generator, n: int, state: DutyState
) -> tuple[Floats, DutyState]:
    """The wanted load of *n* readings: constant in each state, jumping between states."""
    wanted = np.empty(n)
    level, remaining, position = state.level, state.remaining, 0
    weights = np.asarray(cycle.weights) / sum(cycle.weights)
    while position < n:
        if remaining == 0:
            level = float(rng.choice(cycle.levels, p=weights))
            remaining = int(rng.integers(cycle.shortest, cycle.longest + 1))
        length = min(remaining, n - position)
        wanted[position : position + length] = level
        position += length
        remaining -= length
    return wanted, DutyState(level, remaining)


def shift_share(shift: Shift, t_ms: Times, utc_offset_h: float) -> Floats:
    """The share of the usual load at each event time: 1 in working hours, less outside."""
    hours = hour_of_day(t_ms, utc_offset_h)
    working = (hours >= shift.start_h) & (hours < shift.end_h)
    share = np.where(working, 1.0, shift.outside)
    return np.where(is_weekend(t_ms, utc_offset_h), share * shift.weekend, share)
