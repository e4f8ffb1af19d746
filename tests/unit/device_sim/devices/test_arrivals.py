from __future__ import annotations

import numpy as np
import pytest

from device_sim.devices.arrivals import MOST_LOAD_PCT, draw_loads
from device_sim.signals.shapes import Floats

HOUR_MS = 3_600_000


def load_of(seed: int, hours: int = 24) -> Floats:
    t_ms = np.arange(0, hours * HOUR_MS, 1_000, dtype=np.int64)
    rng = np.random.default_rng(seed)
    return draw_loads(rng, start_ms=0, end_ms=hours * HOUR_MS).load_at(t_ms)


def test_the_same_seed_gives_the_same_load() -> None:
    assert np.array_equal(load_of(1, 2), load_of(1, 2))
    assert not np.array_equal(load_of(1, 2), load_of(2, 2))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_goes_through_every_load_and_every_kind_of_change(seed: int) -> None:
    load = load_of(seed)
    shares = np.histogram(load, bins=[0, 30, 60, 90, 120, 151])[0] / len(load)
    assert load.min() == 0
    assert load.max() == MOST_LOAD_PCT
    assert shares.min() > 0.02
    changes = np.diff(load)
    changes = changes[changes != 0]
    assert (abs(changes) < 20).sum() > 100, "tasks come and go"
    assert (abs(changes) > 60).sum() > 10, "the load jumps"
    lengths = np.diff(np.flatnonzero(np.diff(load, prepend=-1)))
    assert lengths.max() > 600, "a load lasts"
    assert lengths.min() < 60
