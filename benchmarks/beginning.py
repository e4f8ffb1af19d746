"""The product's model trained on the beginning of one recording, to score all of it.

It stands on its own machine's rows alone, so levels count as they are and what lies ahead may have
drifted; otherwise it is trained and run by the product's own code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml_model.detector.model import ModelConfig
from ml_model.detector.scoring import score_recording
from ml_model.detector.views import View
from ml_model.recording import Recording
from ml_model.training.train import TrainConfig, train
from tocsin.domain.profile import Profile

POWER = 2.0  # evidence adds up as squares: there is one machine, and many oddities are one
LIMIT = 10_000.0  # of evidence: a fault in full is compared with another, not only noticed
NO_SENSOR_ROWS = 2  # which sensor is out is not asked for: the score alone is judged


def score_after(
    values: NDArray[np.float64],
    rows: int,
    profile: Profile,
    views: tuple[View, ...],
    config: TrainConfig,
) -> NDArray[np.float32]:
    """Score every row of *values* ``[n, c]`` from the rows up to it, trained on the first *rows*.

    NaN until a window, as long as *profile* says, is full.
    """
    shape = ModelConfig(
        window=profile.window,
        channels=values.shape[1],
        views=views,
        power=POWER,
        channel_power=POWER,
        limit=LIMIT,
        sensor_rows=NO_SENSOR_ROWS,
    )
    recording = Recording(
        device="machine",
        t=(1_000 * profile.period_s * np.arange(len(values))).astype(np.int64),
        values=values.astype(np.float32),
        fault=np.full(len(values), "", dtype="U1"),
    )
    model, _ = train([recording.between(0, rows)], [], profile, shape, config)
    return score_recording(model, recording, profile).score
