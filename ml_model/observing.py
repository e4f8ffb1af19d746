"""A recording as the product sees it: with the habits of its sensors, learned as they come.

Shapes: a recording has n readings of c channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Bools, Habits, begin_habits
from tocsin.domain.behaviour.learn_habits import learn_habits
from tocsin.domain.profile import Profile
from tocsin.domain.states.at_rest import hide_rest, hide_told
from tocsin.domain.states.follow import Telling
from tocsin.domain.states.rule import State

MESSAGE = 64  # readings that are learned from together; a part of every chunk


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings *start* to *end* in a row, seen by the same ``habits``; those before have others.

    ``stuck`` ``[end - start, c]``: which sensors are, by the device's habits.
    """

    start: int
    end: int
    habits: Habits
    stuck: Bools


def observe(
    readings: NDArray[np.float32],
    told: NDArray[np.str_] | None,
    profile: Profile,
    telling: Telling | None,
    *,
    longest: int,
) -> Iterator[Stretch]:
    """The stretches of *readings* ``[n, c]``, none longer than *longest* readings and a message.

    What is shown at rest, or before a machine has come up, teaches nothing. *told* ``[n]``: the
    states that the device told, "" for none; None where it tells nothing. *telling*: how states are
    told of devices of *profile*; None where all is taken to be at work.
    """
    habits = begin_habits(profile)
    last, begun, stuck = np.full(readings.shape[1], np.nan, dtype=np.float32), 0, list[Bools]()
    rows = len(readings)
    heights = None if telling is None else telling.heights
    for start in range(0, rows, MESSAGE):
        part = slice(start, start + MESSAGE)
        states = [] if told is None else name_told(told[part])
        values = hide_told(readings[part], states, heights)
        with_last = np.concatenate((last[np.newaxis], values))
        shown = hide_rest(with_last[np.newaxis], [habits], telling, profile)
        (learned,) = learn_habits([habits], shown[:, 0], shown[:, 1:], profile)
        if start > begun and (start - begun >= longest or not _alike(habits, learned.habits)):
            yield Stretch(begun, start, habits, np.concatenate(stuck))
            begun, stuck = start, []
        none = np.zeros(shown[0, 1:].shape, dtype=np.bool_)
        stuck.append(none if learned.stuck is None else learned.stuck)
        habits, last = learned.habits, readings[part][-1]
    if rows:
        yield Stretch(begun, rows, habits, np.concatenate(stuck))


def name_told(told: NDArray[np.str_]) -> list[State | None]:
    """The states that a device *told* ``[n]``, None in place of "" for none."""
    return [cast("State", state) if state else None for state in told.tolist()]


def _alike(before: Habits, after: Habits) -> bool:
    """Whether a model sees readings the same by both."""
    return before.list_coarse() == after.list_coarse()
