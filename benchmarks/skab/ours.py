"""The product's own model, a fresh one for each file, from its first 400 rows alone."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from benchmarks.skab.recordings import TRAINING_ROWS, Stream
from ml_model.data import Recording
from ml_model.presets import preset_of
from ml_model.scoring import score_recording
from ml_model.train import TrainConfig, train
from tocsin.profiles import load_profiles

TRAIN_SHARE = 0.7  # of the training rows; the rest stops the training


def score(stream: Stream, seed: int) -> NDArray[np.float32]:
    """Score every row, NaN until the first window is full.

    The model is the pump's, with its chart of levels: the file it is trained on is the machine's
    own. Rows count as one a second, as the leaderboard counts them.
    """
    profile = load_profiles()["pump"]
    preset = dataclasses.replace(preset_of(profile), absolute=True)
    recording = Recording(
        device="loop",
        t=(1_000 * profile.period_s * np.arange(len(stream.values))).astype(np.int64),
        values=stream.values.astype(np.float32),
        fault=np.full(len(stream.values), "", dtype="U1"),
    )
    cut = int(TRAIN_SHARE * TRAINING_ROWS)
    model, _ = train(
        [recording.between(0, cut)],
        [recording.between(cut, TRAINING_ROWS)],
        profile,
        preset.model_config(profile),
        # A file gives some two hundred windows: small batches, for as many steps as a fleet's.
        TrainConfig(seed=seed, batch=32, epochs=120, patience=12),
    )
    return score_recording(model, recording, profile).score
