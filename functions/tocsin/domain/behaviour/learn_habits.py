"""Learning the habits of devices' sensors, and calling a sensor stuck by them.

Many devices learn at once, since one by one it takes as long as to score them.

Shapes: m messages of one profile, n readings of c channels in each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import (
    AT_END,
    CHANGES,
    COARSE,
    LATELY,
    LONGEST,
    MOVES,
    ROUNDING,
    SECOND,
    SEEN,
    STEP,
    STEP_BEFORE,
    STILL,
    STORED,
    Bools,
    Floats,
    Habits,
    is_coarser,
)
from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile

LEAST_RUN = 12  # readings at one value that are never more than a pause
RUNS_LONGER = 1.5  # than the longest that ended well, and a sensor is stuck
# The same where rests are as long as the slope of a signal lets them be: how steep it is differs by
# the hour, and by the load.
SLOPES_LONGER = 2.0
OUTLIER = 1.5  # times the longest but one: a rest that is longer happened once, and may be a fault
RESTFUL = 240  # readings: who rests for longer while all is well is never called stuck
RARE = -math.log(1e-6)  # where values repeat by chance, so rare is a run that makes one stuck
OFTEN = 0.25  # share of readings without a change from which standing still is a habit
SELDOM = 0.1  # and from which a channel's own noise no longer hides its steps
# Of what rests seldom it has to be plain that it goes in coarser steps, and not by luck alone.
PLAINLY, SURE = 10.0, 300  # times the steps of its kind, after so many changes
# Readings, and changes among them, after which a coarse channel's rests are known: they become
# longer as it drifts away from the edge of a step, and as its load changes. Before, from EARLY on,
# they are expected to become so with the root of the time, as the range of what wanders does, and
# as many more changes have to be known: a slow channel near an edge has few.
FAMILIAR, EARLY, MANY = 7_200, 900, 100
SPAN = 4 * FAMILIAR  # readings after which those before count half
FORGETS = 0.98  # of the longest rests, with each span
# Steps within which a channel that is held shows an end: a band is overshot a little.
OVERSHOT = 1.5
SOME = 30  # changes before which nobody knows how a channel in coarser steps than its kind moves
FAR = 30.0  # times as long as of late a sensor rests now and then, where its noise lets it
KEPT = 1 - 1 / 32  # of how long it has rested of late, with each change
TAUGHT, SHORT = 1.1, 4  # times the rest that is known, or this, counts one that was called stuck


@dataclass(frozen=True, slots=True)
class Learned:
    """The habits after a message, and which of its sensors are stuck by those before, bool
    ``[n, c]``; None for none at all."""

    habits: Habits
    stuck: Bools | None


def learn_habits(
    before: Sequence[Habits],
    last: NDArray[np.float32],
    values: NDArray[np.float32],
    profile: Profile,
) -> list[Learned]:
    """What the readings *values* ``[m, n, c]`` of messages show, each of another device with habits
    *before*; *last* ``[m, c]`` are the readings before them, NaN where there was none."""
    tables = np.array([habits.table for habits in before])  # [m, 10, c]
    steps = np.abs(np.diff(np.concatenate((last[:, np.newaxis], values), axis=1), axis=1))
    moved, unchanged = steps > 0, steps == 0  # neither where either is missing
    runs = _count_runs(tables[:, STILL], unchanged)
    # The rest that ends where a channel moves on.
    rests = np.where(moved, np.concatenate((tables[:, [STILL]], runs[:, :-1]), axis=1), 0.0)
    stuck = None
    if runs.max() >= LEAST_RUN or rests.max() >= LEAST_RUN:
        ended = _find_ended(tables, values, profile)
        rests, stuck = _judge_rests(tables, runs, rests, ended, profile)
    changes = moved.sum(axis=1)
    after = tables.copy()
    after[:, STILL] = runs[:, -1]
    after[:, [SECOND, LONGEST]] = _find_longest(tables, rests)
    after[:, SEEN] += changes + unchanged.sum(axis=1)
    after[:, CHANGES] += changes
    after[:, LATELY] = _follow_rests(tables, rests, changes)
    after[:, AT_END] = profile.is_at_end(values[:, -1], _find_slack(tables))
    after[:, STEP] = np.minimum(tables[:, STEP], np.where(moved, steps, np.inf).min(axis=1))
    _turn_span(after)
    # As its document has it: who begins from that goes on alike.
    after = after.astype(STORED).astype(np.float64)
    after[:, COARSE] = _find_coarse(after, profile)
    coarse: list[float] = after[:, COARSE].max(axis=1).tolist()
    # Copies: a view would keep the whole batch in memory for as long as the device.
    return [
        Learned(
            Habits(habits.names, after[at].copy(), coarse[at] > 0),
            stuck[at] if stuck is not None and stuck[at].any() else None,
        )
        for at, habits in enumerate(before)
    ]


def _count_runs(still: Floats, unchanged: Bools) -> Floats:
    """For each reading how many in a row brought no other value, ``[m, n, c]``."""
    at = np.arange(1.0, unchanged.shape[1] + 1)[np.newaxis, :, np.newaxis]
    loud = np.maximum.accumulate(np.where(unchanged, 0.0, at), axis=1)
    runs: Floats = at - loud + np.where(loud == 0, still[:, np.newaxis], 0.0)
    return runs


def _judge_rests(
    tables: Floats, runs: Floats, rests: Floats, ended: Bools, profile: Profile
) -> tuple[Floats, Bools]:
    """What the *rests* teach, and which sensors are stuck, both ``[m, n, c]``. *ended* ``[m, 1 + n,
    c]``: whether a channel was at an end of what it can show, before the message and in it.

    A rest that was called stuck teaches little: else a fault would hide the next one. So does one
    at an end, where a channel rests for as long as what it measures lies beyond.
    """
    second = tables[:, [SECOND]]
    known = np.minimum(tables[:, [LONGEST]], OUTLIER * second)
    by_slope = SLOPES_LONGER * _expect_growth(tables)
    longer = np.where(_rest_by_slope(tables), by_slope, RUNS_LONGER)[:, np.newaxis]
    least = _limit_runs(tables, profile)[:, np.newaxis]
    limit = np.maximum(np.ceil(longer * known) + 1, least)
    limit = np.maximum(limit, _expect_lately(tables, limit, profile))
    # By the longest but one: the longest may have been a fault before its rests were known.
    most = TAUGHT * np.maximum(second, SHORT)
    little = (rests >= limit) | ended[:, :-1]
    return np.where(little, np.minimum(rests, most), rests), (runs >= limit) & ~ended[:, 1:]


def _find_ended(tables: Floats, values: NDArray[np.float32], profile: Profile) -> Bools:
    """Where channels are at an end of what they can show, before *values* and at each, ``[m, 1 +
    n, c]``."""
    ended = profile.is_at_end(values, _find_slack(tables)[:, np.newaxis])
    return np.concatenate((tables[:, [AT_END]] > 0, ended), axis=1)


def _find_slack(tables: Floats) -> Floats:
    """How far from an end channels may be and yet show no more, ``[m, c]``."""
    steps = _find_steps(tables)
    return np.where(np.isfinite(steps), OVERSHOT * steps, 0.0)


def _follow_rests(tables: Floats, rests: Floats, changes: NDArray[np.int64]) -> Floats:
    """For how long channels have rested of late from change to change, after *rests*, ``[m, c]``.
    One that is long tells next to nothing of that: it may have been a fault."""
    usual = np.maximum(tables[:, [SECOND]], SHORT)
    mean = np.minimum(rests, usual).sum(axis=1) / np.maximum(changes, 1)
    weight = np.maximum(1 - KEPT**changes, changes / np.maximum(tables[:, CHANGES] + changes, 1))
    followed: Floats = tables[:, LATELY] + weight * (mean - tables[:, LATELY])
    return followed


def _find_longest(tables: Floats, rests: Floats) -> Floats:
    """The longest rest but one and the longest after each message, ``[m, 2, c]``."""
    every = np.concatenate((tables[:, [SECOND, LONGEST]], rests), axis=1)
    longest: Floats = np.partition(every, -2, axis=1)[:, -2:]
    return longest


def _limit_runs(tables: Floats, profile: Profile) -> Floats:
    """A run that has to be reached whatever the longest was, ``[m, c]``: infinite while it is not
    known how long the channel rests, and where it is not judged."""
    changes, over, by_slope = tables[:, CHANGES], _count_over(tables), _rest_by_slope(tables)
    share = 1 - changes / np.maximum(over, 1)
    # Where readings are alike by chance, runs of any length come in the end.
    by_chance = np.where(by_slope, 0.0, RARE / -np.log(share.clip(1e-9, 1 - 1e-9)))
    rests = tables[:, SECOND] * _expect_growth(tables)
    many = MANY * FAMILIAR / over.clip(1, FAMILIAR)
    familiar = (over >= EARLY) & (changes >= many) & (rests < RESTFUL)
    # While a machine comes up, its load is another with each reading, and soon it is the same.
    moves = np.where(is_coarser(_find_steps(tables), profile.resolutions), SOME, MOVES)
    known = (changes >= moves) & (familiar | ~by_slope)
    known[:, len(profile.judged_names) :] = False
    return np.where(known, np.maximum(by_chance, LEAST_RUN), np.inf)


def _expect_growth(tables: Floats) -> Floats:
    """How many times as long as by now channels may come to rest, ``[m, c]``: 1 once they are
    known for long."""
    over = _count_over(tables).clip(1, FAMILIAR)
    growth: Floats = np.sqrt(FAMILIAR / over)
    return growth


def _expect_lately(tables: Floats, limit: Floats, profile: Profile) -> Floats:
    """The *limit* ``[m, 1, c]`` for as long as rests are longer than usual: under less load there
    is less noise, and a sensor rests for longer."""
    usual = _count_over(tables) / np.maximum(tables[:, CHANGES], 1)
    lately = 1 + tables[:, LATELY]
    coarser = is_coarser(_find_steps(tables), profile.resolutions)
    times = np.where(coarser, lately / np.maximum(usual, 1), 1.0)
    expected: Floats = np.minimum(limit * times[:, np.newaxis], FAR * lately[:, np.newaxis])
    return expected


def _rest_by_slope(tables: Floats) -> Bools:
    """Which channels rest until their signal comes to the next step, not by chance, ``[m, c]``."""
    over = _count_over(tables)
    by_slope: Bools = (tables[:, COARSE] > 0) & (over - tables[:, CHANGES] > OFTEN * over)
    return by_slope


def _count_over(tables: Floats) -> Floats:
    """The readings of rests that are over: one that lasts may be a fault, and is no habit yet."""
    over: Floats = np.maximum(tables[:, SEEN] - tables[:, STILL], tables[:, CHANGES])
    return over


def _find_steps(tables: Floats) -> Floats:
    """The least change of each channel, ``[m, c]``, infinite where none is known."""
    steps: Floats = np.minimum(tables[:, STEP], tables[:, STEP_BEFORE])
    return steps


def _find_coarse(tables: Floats, profile: Profile) -> Bools:
    """Which channels go in steps that their kind does not know, and stand still at times."""
    steps = _find_steps(tables)
    over = _count_over(tables)
    changes, kind = tables[:, CHANGES], profile.resolutions
    often, seldom = over - changes > OFTEN * over, over - changes > SELDOM * over
    plain = (changes >= SURE) & (steps >= PLAINLY * ROUNDING * kind)
    coarse: Bools = is_coarser(steps, kind) & (often | (seldom & plain))
    return coarse


def _turn_span(tables: Floats) -> None:
    """Let what is old count less, so that another sensor is got used to. While a channel rests
    nothing of it is forgotten, however long that is."""
    full = (tables[:, SEEN] >= SPAN) & (tables[:, STILL] == 0)
    if not full.any():
        return
    half = np.where(full, 0.5, 1.0)
    tables[:, LONGEST] *= np.where(full, FORGETS, 1.0)
    tables[:, SECOND] *= np.where(full, FORGETS, 1.0)
    tables[:, SEEN] *= half
    tables[:, CHANGES] *= half
    tables[:, STEP_BEFORE] = np.where(full, tables[:, STEP], tables[:, STEP_BEFORE])
    tables[:, STEP] = np.where(full, np.inf, tables[:, STEP])
