"""Scoring whole recordings, as the function scores a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml_model.recording import Recording, observed_chunks
from tocsin.domain.devices.readings import count_out
from tocsin.domain.devices.stuck import join_stuck
from tocsin.domain.profile import Profile
from tocsin.domain.states.follow import Telling

BATCH = 256
Program = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]


@dataclass(frozen=True, slots=True)
class ScoredRecording:
    """A recording with its score ``[n]``, NaN where no window was full, and the state of its
    sensors, int8 ``[n, c]``: 0 working (or not known), 1 missing, 2 stuck."""

    recording: Recording
    score: NDArray[np.float32]
    sensors: NDArray[np.int8]

    def sensors_out(self) -> list[int] | None:
        """How many sensors are out at each reading; None where all work throughout."""
        return count_out(self.sensors) if self.sensors.any() else None

    @property
    def scored_days(self) -> float:
        """How long was scored, in days: readings scored times the usual time between readings."""
        if len(self.recording.t) < 2:
            return 0.0
        step_ms = float(np.median(np.diff(self.recording.t)))
        return float(np.isfinite(self.score).sum()) * step_ms / 86_400_000


def score_recording(
    program: Program, recording: Recording, profile: Profile, telling: Telling | None = None
) -> ScoredRecording:
    """Score every reading of *recording* that ends a full window.

    *telling*: how a machine at rest, or not come up, is told, which teaches nothing of its sensors;
    None where all is taken to be at work, as in training.
    """
    score = np.full(len(recording.t), np.nan, dtype=np.float32)
    sensors = np.zeros((len(recording.t), len(profile.channels)), dtype=np.int8)
    with torch.inference_mode():
        for windows, ends, stretch in observed_chunks(recording, profile, telling):
            for start in range(0, len(windows), BATCH):
                rows = ends[start : start + BATCH]
                batch = torch.from_numpy(np.ascontiguousarray(windows[start : start + BATCH]))
                scores, _, states = (part.numpy() for part in program(batch))
                # As online (usecases/score_batch): an overflow is as odd as can be, and finite.
                score[rows] = np.nan_to_num(scores, nan=np.nan)
                sensors[rows] = states
            part = slice(stretch.start, stretch.end)
            sensors[part] = join_stuck(
                sensors[part], stretch.stuck, stretch.habits.coarse, np.isfinite(score[part])
            )
    return ScoredRecording(recording, score, sensors)
