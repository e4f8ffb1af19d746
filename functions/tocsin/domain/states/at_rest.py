"""Which readings are of a machine that is switched off: they teach nothing of its sensors.

At rest a vibration shows nothing for hours, and a current its zero. Among the habits of a sensor
that would look as if it often stood still while all is well, and it could be stuck at work without
anybody being told. So it would with an oven whose start stalls: as long as it is lukewarm it shows
a few values, each of them for minutes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.profile import Profile
from tocsin.domain.states.activity import Kind
from tocsin.domain.states.follow import Telling
from tocsin.domain.states.reach import Heights
from tocsin.domain.states.rule import State

Values = NDArray[np.float32]


def hide_rest(
    values: Values, habits: Sequence[Habits], telling: Telling | None, profile: Profile
) -> Values:
    """*values* ``[m, n, c]``, n readings of each of m devices with *habits*, with NaN throughout a
    reading that is of a machine at rest, or of one that has not come up, by *telling*. Where its
    readings tell nothing of that, all stay."""
    if telling is None or telling.levels is None:
        return values
    levels, heights = telling.levels, telling.heights
    if heights is None and levels.is_at_work(values.reshape(-1, values.shape[-1])):
        return values
    at_rest = np.array(
        [
            levels.sort_readings(of_device, known.find_slack(profile)) == Kind.LOW
            for of_device, known in zip(values, habits, strict=True)
        ]
    )  # [m, n]
    if heights is not None:
        at_rest |= heights.find_below(values)
    return np.where(at_rest[..., np.newaxis], np.float32(np.nan), values)


def hide_told(values: Values, told: Sequence[State | None], heights: Heights | None) -> Values:
    """The same of one device's *values* ``[n, c]`` where it has *told* its states, ``n`` or none of
    them: without those of a machine that is off, or on and below its *heights*."""
    if not told:
        return values
    hidden = np.array([state == "off" for state in told], dtype=np.bool_)
    if heights is not None:
        # Of what a device does not tell nobody knows whether it is to come up at all.
        hidden |= heights.find_below(values) & np.array([state is not None for state in told])
    if not hidden.any():
        return values
    return np.where(hidden[:, np.newaxis], np.float32(np.nan), values)
