"""Step a device over readings that no model knows: its own range, and what lies beyond it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.limits.bounds import LimitStates
from tocsin.domain.limits.follow import LimitChange, Stretch, follow_limits
from tocsin.domain.limits.own_range import OwnRange
from tocsin.domain.profile import Profile


def follow_range(
    own: OwnRange,
    states: LimitStates,
    stretch: Stretch,
    profile: Profile,
    but: Collection[str],
) -> tuple[OwnRange, LimitStates, list[LimitChange]]:
    """The range and the *states* of its limits after the readings, and what has changed.

    *but*: channels that people set limits for; these are learned, and not called. The range that
    counts is renewed when a day is over, so a stream is called the same however it is cut.
    """
    known: NDArray[np.bool_] = np.isfinite(stretch.values).max(axis=1)
    changes: list[LimitChange] = []
    start, end = 0, len(stretch.t)
    while start < end:
        stop = start + own.find_end(stretch.t[start:], known[start:])
        part = Stretch(
            stretch.t[start:stop],
            stretch.values[start:stop],
            stretch.steps[start:stop],
            stretch.site_id,
        )
        if stop > start:
            states, found = follow_limits(own.list_bounds(profile, but), states, part)
            changes += [replace(change, index=change.index + start) for change in found]
            own = own.learn(part.values, known[start:stop], profile)
        if stop < end:
            own = own.end_day(int(stretch.t[stop]))
        start = stop
    return own, states, changes
