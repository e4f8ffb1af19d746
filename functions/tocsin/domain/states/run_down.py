"""Whether a machine may be running down.

From work to rest it takes some seconds, in which its readings are odd while its activity is still
that of work. So what is odd while the activity falls waits. Either the machine is soon less active
than at work, and its state decides (operating.py); or the fall is over, and what is odd counts at
once, with all the readings in a row before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.states.follow import Telling
from tocsin.domain.windows.window import History

LONGEST = 10  # periods for which a fall delays an alert
PART = 3  # of a window, which may be short: no fall is longer than a third
REACH = 0.75  # of a window, in periods: what is known before any reading that has a score


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How active a machine was at n readings, and at those before them.

    history: the readings before. times: int64 ``[n]`` (ms). values: float32 ``[n, c]``, NaN where
    missing. column: the channel that tells most of its activity. period_ms, window: of its profile.
    chosen: which of the n are asked about, None for all.
    """

    history: History
    times: NDArray[np.int64]
    values: NDArray[np.float32]
    column: int
    period_ms: float
    window: int
    chosen: Sequence[int] | None = None

    def choose(self, indices: Sequence[int]) -> Course:
        """That of the readings at *indices* alone."""
        return replace(self, chosen=indices)

    def find_patience(self, index: int) -> int:
        """How many readings longer than usual what is odd at reading *index* has to last: 0 unless
        the activity is lower there, and at the reading before, than all that it was before the last
        periods. One low reading alone may be noise."""
        row = index if self.chosen is None else self.chosen[index]
        longest = max(1, min(LONGEST, self.window // PART))
        t, fall = int(self.times[row]), round(longest * self.period_ms)
        reach = round(REACH * self.window * self.period_ms)
        times, activity = self._join_from(t - reach, row)
        before = activity[times <= t - fall]
        if not len(before):
            return 0
        # fmin and fmax leave out what is missing; and nothing is below what is missing throughout.
        if not np.fmax(activity[-1], activity[-2]) < np.fmin.reduce(before):
            return 0
        return min(longest, len(activity) - len(before))

    def _join_from(self, t: int, row: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Times and activity of the readings after *t* (ms), up to *row*."""
        first = int(np.searchsorted(self.times, t, side="right"))
        times, activity = self.times[first : row + 1], self.values[first : row + 1, self.column]
        if first:
            return times, activity
        late = self.history.t > t
        return (
            np.concatenate((self.history.t[late], times)),
            np.concatenate((self.history.values[late, self.column], activity)),
        )


def find_course(
    telling: Telling | None,
    history: History,
    times: NDArray[np.int64],
    values: NDArray[np.float32],
) -> Course | None:
    """That of readings at *times* ``[n]`` (ms) with *values* ``[n, c]``, behind *history*; None
    where they tell no stop: a device that tells it itself does so at once."""
    if telling is None or telling.levels is None:
        return None
    column = telling.levels.main
    return Course(history, times, values, column, telling.period_ms, telling.window)
