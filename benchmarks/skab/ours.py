"""The product's own model, a fresh one for each file, from its first 400 rows alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.beginning import score_after
from benchmarks.skab.recordings import TRAINING_ROWS, Stream
from ml_model.detector.views import View
from ml_model.training.train import TrainConfig
from tocsin.profiles import load_profiles

WINDOW = 30
VIEWS = (
    View("level", 10),
    View("level", 10, prototypes=128),
    View("level", 10, blocks=3, prototypes=128),
    View("spread", 30, weight=0.5),
)
HORIZON = 2.0  # the test part is about twice as long as the training part


def score(stream: Stream, seed: int) -> NDArray[np.float32]:
    """Score every row, NaN until the first window is full. The channels are the pump's."""
    profile = replace(load_profiles()["pump"], window=WINDOW)
    config = TrainConfig(seed=seed, tail=0.99, channel_tails=False, horizon=HORIZON)
    return score_after(stream.values, TRAINING_ROWS, profile, VIEWS, config)
