"""Which readings are of a machine that is switched off: they teach nothing of its sensors.

At rest a vibration shows nothing for hours, and a current its zero. Among the habits of a sensor
that would look as if it often stood still while all is well, and it could be stuck at work without
anybody being told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.profile import Profile
from tocsin.domain.states.activity import Kind, Levels
from tocsin.domain.states.rule import State

Values = NDArray[np.float32]


def hide_rest(
    values: Values, habits: Sequence[Habits], levels: Levels | None, profile: Profile
) -> Values:
    """*values* ``[m, n, c]``, n readings of each of m devices with *habits*, with NaN throughout a
    reading that is of a machine at rest. Without *levels* nobody knows, and all stay."""
    if levels is None or levels.is_at_work(values.reshape(-1, values.shape[-1])):
        return values
    at_rest = np.array(
        [
            levels.sort_readings(of_device, known.find_slack(profile)) == Kind.LOW
            for of_device, known in zip(values, habits, strict=True)
        ]
    )  # [m, n]
    return np.where(at_rest[..., np.newaxis], np.float32(np.nan), values)


def hide_told(values: Values, told: Sequence[State | None]) -> Values:
    """The same of one device's *values* ``[n, c]`` where it has *told* its states, ``n`` or none of
    them."""
    if "off" not in told:
        return values
    is_off = np.array([state == "off" for state in told])
    return np.where(is_off[:, np.newaxis], np.float32(np.nan), values)
