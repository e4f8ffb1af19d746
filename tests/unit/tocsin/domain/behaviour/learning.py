"""Signals of sensors, and what is learned of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Habits, begin_habits, read_habits
from tocsin.domain.behaviour.learn_habits import learn_habits
from tocsin.domain.profile import Channel, Profile

PLANT = Profile(
    "plant",
    "Plant",
    1.0,
    16,
    (
        Channel("fine", "Fine", "u", -1e6, 1e6, resolution=0.001),
        Channel("other", "Other", "u", -1e6, 1e6),
    ),
)
Values = NDArray[np.float32]


def read_channel(document: Mapping[str, Any], name: str) -> NDArray[np.float64]:
    """What a stored document says of the habits of one channel, as a column of the table."""
    habits = read_habits(document)
    assert habits is not None, "it has been heard"
    column: NDArray[np.float64] = habits.table[:, habits.names.index(name)]
    return column


def learn(
    values: NDArray[np.float64], sizes: list[int] | None = None, profile: Profile = PLANT
) -> tuple[Habits, NDArray[np.bool_]]:
    """The habits after *values*, given in messages of *sizes*, and what was stuck at each."""
    rows = values.astype(np.float32)
    habits, stuck, start = begin_habits(profile), [], 0
    last = np.full(rows.shape[1], np.nan, dtype=np.float32)
    for size in sizes or [60] * (len(rows) // 60 + 1):
        part = rows[start : start + size]
        if not len(part):
            break
        (learned,) = learn_habits([habits], last[np.newaxis], part[np.newaxis], profile)
        none = np.zeros(part.shape, dtype=np.bool_)
        stuck.append(none if learned.stuck is None else learned.stuck)
        habits, last, start = learned.habits, part[-1], start + size
    return habits, np.concatenate(stuck)


def noise(rows: int, spread: float = 1.0, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, spread, (rows, 2))


def rest_of(values: NDArray[np.float64], rests: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values that stay for so many readings each, both channels alike."""
    column = np.repeat(values, rests)
    return np.column_stack([column, column])


def toggle(readings: int, rest: int = 5) -> NDArray[np.float64]:
    return np.resize(np.repeat([20.0, 20.1], rest), readings)
