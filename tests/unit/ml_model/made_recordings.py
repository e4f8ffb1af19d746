"""A small made-up plant, recordings of it and a model of it, for the tests of training."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ml_model.detector.model import ModelConfig, WindowAutoencoder
from ml_model.detector.views import View
from ml_model.recording import Recording, normal_windows
from ml_model.training.train import TrainConfig, train
from tocsin.domain.profile import Channel, Profile

START_MS = 1_767_571_200_000

PLANT = Profile(
    name="plant",
    title="A plant",
    period_s=1.0,
    window=32,
    channels=(
        Channel("a", "A", "°C", -1_000.0, 1_000.0),
        Channel("b", "B", "W", 0.0, 5_000.0),
        Channel("c", "C", "%", 0.0, 100.0),
    ),
)

NOISE = (0.5, 20.0, 1.0)  # of each channel, in its unit
# Every kind of view, relative and not.
CONFIG = ModelConfig(
    window=PLANT.window,
    channels=len(PLANT.channels),
    views=(
        View("level", 4, relative=True),
        View("level", 2, blocks=4, relative=True, prototypes=32),
        View("level", 8),
        View("peak", 6, relative=True),
        View("spread", 8, relative=True),
        View("step", 15, relative=True),
    ),
    early=16,
)
QUICK = TrainConfig(seed=3, epochs=3, most_windows=2_000)


def normal_recording(device: str, *, seed: int, rows: int = 3_000) -> Recording:
    """Three channels: a and b follow one slow load, c goes its own way; all noisy."""
    rng = np.random.default_rng(seed)
    load = np.sin(np.arange(rows) / 300.0 + rng.uniform(0, 6))
    values = np.stack(
        [
            20.0 + 3.0 * load + rng.normal(0, NOISE[0], rows),
            900.0 + 150.0 * load + rng.normal(0, NOISE[1], rows),
            50.0 + rng.normal(0, NOISE[2], rows),
        ],
        axis=1,
    )
    t = START_MS + 1_000 * np.arange(rows, dtype=np.int64)
    return Recording(device, t, values.astype(np.float32), np.full(rows, "", dtype="U16"))


def five_recordings(rows: int = 3_000) -> list[Recording]:
    return [normal_recording(f"d{number}", seed=number, rows=rows) for number in range(5)]


def windows_of(recording: Recording) -> NDArray[np.float32]:
    return normal_windows([recording], PLANT, most=10**9)


@functools.cache
def _train_once() -> WindowAutoencoder:
    recordings = five_recordings()
    return train(recordings[:3], recordings[3:4], PLANT, CONFIG, QUICK)[0]


def copy_model() -> WindowAutoencoder:
    """A model of five_recordings, the caller's own to change. Training it is paid once."""
    return copy.deepcopy(_train_once())


def answers(
    model: WindowAutoencoder, windows: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Scores ``[b]``, contributions ``[b, c]`` and sensors ``[b, c]``."""
    with torch.inference_mode():
        score, contributions, sensors = model(torch.from_numpy(windows))
    return score.numpy(), contributions.numpy(), sensors.numpy()


def fresh_windows(count: int = 500) -> NDArray[np.float32]:
    """Windows that no model was trained on."""
    return windows_of(normal_recording("x", seed=9))[:count].copy()


def usual(model: WindowAutoencoder, quantile: float = 0.99) -> float:
    """A quantile of the scores of normal running."""
    return float(np.quantile(answers(model, fresh_windows(3_000))[0], quantile))


def write_csv(path: Path, recordings: list[Recording], *, faults: bool = False) -> Path:
    """Write *recordings* as the simulator does."""
    lines = ["t,device,a,b,c" + (",fault" if faults else "")]
    for recording in recordings:
        for t, row, fault in zip(recording.t, recording.values, recording.fault, strict=True):
            numbers = ",".join("" if np.isnan(value) else f"{value:.6g}" for value in row)
            lines.append(f"{t},{recording.device},{numbers}" + (f",{fault}" if faults else ""))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
