"""A recording as the product sees it: with the habits of its sensors, learned as they come.

Shapes: a recording has n readings of c channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Bools, Habits, begin_habits
from tocsin.domain.behaviour.learn_habits import learn_habits
from tocsin.domain.profile import Profile
from tocsin.domain.states.activity import Levels
from tocsin.domain.states.at_rest import hide_rest, hide_told

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
    levels: Levels | None,
    *,
    longest: int,
) -> Iterator[Stretch]:
    """The stretches of *readings* ``[n, c]``, none longer than *longest* readings and a message.

    What is shown at rest teaches nothing. *told* ``[n]``: the states that the device told, None
    where it tells nothing. *levels*: by which rest is told of the readings; None where it is not.
    """
    habits = begin_habits(profile)
    last, begun, stuck = np.full(readings.shape[1], np.nan, dtype=np.float32), 0, list[Bools]()
    rows = len(readings)
    for start in range(0, rows, MESSAGE):
        part = slice(start, start + MESSAGE)
        values = readings[part] if told is None else hide_told(readings[part], told[part].tolist())
        with_last = np.concatenate((last[np.newaxis], values))
        shown = hide_rest(with_last[np.newaxis], [habits], levels, profile)
        (learned,) = learn_habits([habits], shown[:, 0], shown[:, 1:], profile)
        if start > begun and (start - begun >= longest or not _alike(habits, learned.habits)):
            yield Stretch(begun, start, habits, np.concatenate(stuck))
            begun, stuck = start, []
        none = np.zeros(shown[0, 1:].shape, dtype=np.bool_)
        stuck.append(none if learned.stuck is None else learned.stuck)
        habits, last = learned.habits, readings[part][-1]
    if rows:
        yield Stretch(begun, rows, habits, np.concatenate(stuck))


def _alike(before: Habits, after: Habits) -> bool:
    """Whether a model sees readings the same by both."""
    return before.list_coarse() == after.list_coarse()
