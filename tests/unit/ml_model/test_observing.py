"""What recordings teach of their sensors: as online, nothing while a machine is off."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ml_model.observing import observe
from tocsin.domain.behaviour.habits import SECOND
from tocsin.domain.behaviour.learn_habits import SHORT
from tocsin.domain.states.follow import Telling, find_telling
from tocsin.profiles import load_profiles

MOTOR, OVEN = load_profiles()["motor"], load_profiles()["thermal"]
TELLING = find_telling(MOTOR, {"vibration_mm_s": (1.0, 2.0)})
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


def find_rest(told: NDArray[np.str_] | None, telling: Telling | None) -> float:
    values, _ = spend_nights()
    *_, last = observe(values, told, MOTOR, telling, longest=256)
    return float(last.habits.table[SECOND, VIBRATION])


def test_what_is_shown_at_rest_is_no_habit_by_the_readings_or_by_what_is_told() -> None:
    _, told = spend_nights()
    assert find_rest(None, TELLING) == find_rest(told, None) < SHORT
    assert find_rest(None, None) > SHORT


@pytest.mark.parametrize("is_told", [True, False])
def test_a_start_that_stalls_hides_no_standstill_at_heat(is_told: bool) -> None:
    # An hour lukewarm, two values for half of it each, then three hours between 170 and 190 °C.
    cycle = np.repeat(np.concatenate((np.arange(170, 190), np.arange(190, 170, -1))), 20)
    lukewarm = np.repeat([58.0, 59.0], 1_800)
    values = np.concatenate((lukewarm, np.resize(cycle, 3 * 3_600), np.full(100, 200.0)))
    readings = values[:, np.newaxis].astype(np.float32)
    told = np.full(len(values), "running") if is_told else None
    telling = find_telling(OVEN, {"temperature_c": (160.0, 185.0)})
    *_, last = observe(readings, told, OVEN, telling, longest=256)
    # Of one that tells no state nobody knows that it is to become hot.
    assert last.stuck[-1, 0] == is_told
