"""What recordings teach of their sensors: as online, nothing while a machine is off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml_model.observing import observe
from tocsin.domain.behaviour.habits import SECOND
from tocsin.domain.behaviour.learn_habits import SHORT
from tocsin.domain.states.activity import Levels, find_levels
from tocsin.profiles import load_profiles

MOTOR = load_profiles()["motor"]
LEVELS = find_levels(MOTOR, {"vibration_mm_s": (1.0, 2.0)})
VIBRATION = 1


def spend_nights() -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """A motor at work, off, moved by hand for a moment, off, and at work; and what it tells."""
    rng = np.random.default_rng(2)
    values = (40.0 + rng.normal(size=(1_200, 2))).round(3).astype(np.float32)
    values[:, VIBRATION] -= 38.0
    told = np.full(len(values), "running")
    values[300:900, VIBRATION], told[300:900] = 0.0, "off"
    values[600, VIBRATION] = 0.01
    return values, told


def find_rest(told: NDArray[np.str_] | None, levels: Levels | None) -> float:
    values, _ = spend_nights()
    *_, last = observe(values, told, MOTOR, levels, longest=256)
    return float(last.habits.table[SECOND, VIBRATION])


def test_what_is_shown_at_rest_is_no_habit_by_the_readings_or_by_what_is_told() -> None:
    _, told = spend_nights()
    assert find_rest(None, LEVELS) == find_rest(told, None) < SHORT
    assert find_rest(None, None) > SHORT
