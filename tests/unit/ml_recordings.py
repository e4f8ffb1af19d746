"""A small made-up plant, and recordings of it, for the tests of training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml_model.data import Recording, normal_windows
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


def normal_recording(device: str, *, seed: int, rows: int = 3_000) -> Recording:
    """Three channels: a and b follow one slow load, c goes its own way; all noisy."""
    rng = np.random.default_rng(seed)
    load = np.sin(np.arange(rows) / 300.0 + rng.uniform(0, 6))
    values = np.stack(
        [
            20.0 + 3.0 * load + rng.normal(0, 0.5, rows),
            900.0 + 150.0 * load + rng.normal(0, 20.0, rows),
            50.0 + rng.normal(0, 1.0, rows),
        ],
        axis=1,
    )
    t = START_MS + 1_000 * np.arange(rows, dtype=np.int64)
    return Recording(device, t, values.astype(np.float32), np.full(rows, "", dtype="U16"))


def windows_of(recording: Recording) -> NDArray[np.float32]:
    return normal_windows([recording], PLANT, most=10**9)


def write_csv(path: Path, recordings: list[Recording], *, faults: bool = False) -> Path:
    """Write *recordings* as the simulator does."""
    lines = ["t,device,a,b,c" + (",fault" if faults else "")]
    for one in recordings:
        for t, row, fault in zip(one.t, one.values, one.fault, strict=True):
            numbers = ",".join("" if np.isnan(value) else f"{value:.6g}" for value in row)
            lines.append(f"{t},{one.device},{numbers}" + (f",{fault}" if faults else ""))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
