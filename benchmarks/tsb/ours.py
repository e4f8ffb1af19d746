"""The product's own model, a fresh one for each series, from the rows of its train prefix alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.beginning import score_after
from ml_model.detector.views import View
from ml_model.training.train import TrainConfig
from tocsin.domain.profile import Channel, Profile

WINDOW = 100
VIEWS = (
    View("level", 1, prototypes=256),
    View("level", 10, prototypes=256),
    View("level", 10, blocks=3, prototypes=256),
    View("level", 20, blocks=5, prototypes=256),
    View("spread", 30, weight=0.5),
)
MOST_WINDOWS = 4_000
LEAST_SPREAD = 0.02  # all series are scaled to a range of about 1 or 2
CLIPPED_AT = 20.0  # spreads of the train prefix, beyond which a value says no more
BEYOND = 3.0  # times half a channel's range, where the product clips


def score(
    train: NDArray[np.float64], series: NDArray[np.float64], seed: int
) -> NDArray[np.float32]:
    """Score every row of *series* ``[n, c]`` from the rows up to it; it begins with *train*.

    Before the first whole window stand copies of the first row.
    """
    padded = np.vstack((np.repeat(series[:1], WINDOW - 1, axis=0), series))
    config = TrainConfig(
        seed=seed,
        tail=0.99,
        channel_tails=False,
        most_windows=MOST_WINDOWS,
        # Of a channel's range as below: its own spread, or the least.
        floor_share=BEYOND / (2 * CLIPPED_AT),
    )
    rows = WINDOW - 1 + len(train)
    return score_after(padded, rows, profile_of(train), VIEWS, config)[WINDOW - 1 :]


def profile_of(train: NDArray[np.float64]) -> Profile:
    """A profile whose limits clip values at CLIPPED_AT spreads from the prefix's mean."""
    mean = train.mean(axis=0)
    reach = CLIPPED_AT / BEYOND * np.maximum(train.std(axis=0), LEAST_SPREAD)
    limits = zip((mean - reach).tolist(), (mean + reach).tolist(), strict=True)
    return Profile(
        name="series",
        title="A series of the benchmark",
        period_s=1.0,
        window=WINDOW,
        channels=tuple(
            Channel(f"channel{index}", f"Channel {index}", "", low, high)
            for index, (low, high) in enumerate(limits)
        ),
    )
