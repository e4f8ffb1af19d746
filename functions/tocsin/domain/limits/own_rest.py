"""How long the sensors of a device rest that no model knows, and which of them are stuck.

Habits (learn_habits.py) take thousands of readings to be known, which such a device sends in weeks.
What rests for twice as long as it ever did, after a whole day, is stuck all the same. What often
rests for a quarter of a day, such as a rain gauge, is never called: its next rest may be any.

Shapes: n readings of c channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

DAY_MS = 24 * 60 * 60 * 1_000
LEAST_REST = 12  # readings at one value that are never more than a pause
MOVES = 8  # changes before which nobody knows how a channel moves
LONGER = 2.0  # than the longest rest that ended
RESTFUL = 0.25  # of a day: who rests for longer while all is well is never called
TAUGHT = 1.1  # times what is known counts a rest that was called; else it would hide the next


@dataclass(frozen=True, slots=True)
class Rest:
    """Of one channel: for how many readings it has shown the same value up to now (``still``), the
    most after which it went on (``longest``), and how often it moved."""

    still: int = 0
    longest: int = 0
    moves: int = 0

    def find_limit(self, most: float) -> float:
        """How many readings at one value make it stuck; *most*: above which rest nobody knows."""
        if self.moves < MOVES or self.longest > most:
            return np.inf
        return max(LEAST_REST, LONGER * self.longest + 1)

    def end_long(self, length: int, most: float) -> Rest:
        """Once a rest of so many readings is over."""
        taught = length
        if length >= self.find_limit(most):
            taught = min(length, round(TAUGHT * max(self.longest, LEAST_REST)))
        return replace(self, longest=max(self.longest, taught))


def follow_rest(
    rest: Rest,
    values: NDArray[np.float32],
    last: np.float32,
    is_judged: NDArray[np.bool_],
    most: float,
) -> tuple[Rest, NDArray[np.bool_]]:
    """The rest after n *values* ``[n]`` of a channel, NaN where missing, and where it is stuck.

    last: the value before, NaN for none. is_judged: where a day of it is known, ``[n]``. most: see
    ``Rest``. A value that is missing ends a rest, and teaches nothing.
    """
    steps = np.diff(values, prepend=last)
    moved = ~np.isnan(steps) & (steps != 0)
    runs = _count_runs(rest.still, steps == 0)
    before = np.concatenate(([rest.still], runs[:-1]))  # the rest that ends where it moves
    stuck = np.zeros(len(values), dtype=np.bool_)
    is_long = before >= LEAST_REST
    start = 0
    # Only the last rest of each part is long enough to be called, and all others teach before it.
    for end in [*np.flatnonzero(moved & is_long).tolist(), len(values)]:
        part = slice(start, end)
        longest = before[part][moved[part] & ~is_long[part]].max(initial=rest.longest)
        rest = Rest(0, int(longest), rest.moves + int(np.count_nonzero(moved[part])))
        stuck[part] = runs[part] >= rest.find_limit(most)
        if end < len(values):
            rest = rest.end_long(int(before[end]), most)
        start = end
    return replace(rest, still=int(runs[-1])), stuck & is_judged


def _count_runs(still: int, unchanged: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each reading how many in a row brought no other value."""
    at = np.arange(1, len(unchanged) + 1)
    loud = np.maximum.accumulate(np.where(unchanged, 0, at))
    return at - loud + np.where(loud == 0, still, 0)
