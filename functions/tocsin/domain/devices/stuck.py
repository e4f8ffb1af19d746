"""Which sensors are stuck: what the model says of a window, and what the device's habits say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Bools
from tocsin.domain.behaviour.learn_habits import Learned
from tocsin.domain.devices.readings import SENSOR_STATES, Scored

STUCK = np.int8(SENSOR_STATES.index("stuck"))


def join_stuck(
    sensors: NDArray[np.int8], stuck: Bools | None, coarse: Bools, scored: Bools
) -> NDArray[np.int8]:
    """The states *sensors* ``[n, c]`` of a model, by what habits say is *stuck* (None: nothing is).

    A model says only that a window stands still; the device's habits must say that it never does so
    while all is well. A model cannot say it of *coarse* ``[c]`` channels, which it sees with a wave
    on them: there the habits alone decide, for the readings that are *scored* ``[n]``.
    """
    if stuck is None:
        return np.where(sensors == STUCK, np.int8(0), sensors)
    told = np.where((sensors == STUCK) & ~stuck, np.int8(0), sensors)
    found = stuck & coarse & scored[:, np.newaxis] & (told == 0)
    return np.where(found, STUCK, told)


def call_stuck(scored: Scored, learned: Learned) -> Scored:
    """*scored* with its sensors stuck by their habits."""
    if scored.sensors is None and learned.stuck is None:
        return scored
    sensors = scored.sensors
    if sensors is None:
        sensors = np.zeros((len(scored.score), len(learned.habits.names)), dtype=np.int8)
    has_score = ~np.isnan(scored.score)
    states = join_stuck(sensors, learned.stuck, learned.habits.coarse, has_score)
    return replace(scored, sensors=states if states.any() else None)
