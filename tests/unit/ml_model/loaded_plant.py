"""A made-up plant whose heat follows its load, late and up to a limit, for tests of covariates."""

from __future__ import annotations

import copy
import functools

import numpy as np
from numpy.typing import NDArray

from ml_model.detector.informed import InformedAutoencoder
from ml_model.detector.model import ModelConfig
from ml_model.recording import Recording
from ml_model.training.informed import train_informed
from tests.unit.ml_model.made_recordings import CONFIG, QUICK, START_MS
from tocsin.domain.profile import Channel, Profile

Floats = NDArray[np.float64]

LOADED = Profile(
    name="loaded",
    title="A plant with a load",
    period_s=1.0,
    window=64,
    channels=(
        Channel("heat", "Heat", "°C", -1_000.0, 1_000.0),
        Channel("hum", "Hum", "dB", 0.0, 100.0),
        Channel("load", "Load", "%", 0.0, 400.0, role="covariate"),
    ),
)
SHAPE = ModelConfig(window=32, channels=2, views=CONFIG.views, early=CONFIG.early)
LAG = 10.0
FULL = 90.0  # above this load, heat rises no more


def expected_heat(load: Floats) -> Floats:
    heat: Floats = 2.0 * np.minimum(load, FULL)
    return heat


def lag_load(load: Floats, lag: float = LAG) -> Floats:
    """A first-order lag that begins settled."""
    felt = np.empty(len(load))
    before, share = float(load[0]), np.exp(-1.0 / lag)
    for index, value in enumerate(load):
        before = share * before + (1.0 - share) * value
        felt[index] = before
    return felt


def draw_load(rng: np.random.Generator, rows: int) -> Floats:
    """Steps at any time between nothing and more than the plant can do."""
    load: Floats = np.repeat(rng.uniform(0, 140, rows), rng.integers(5, 200, rows))[:rows]
    return load


def measure(rng: np.random.Generator, load: Floats, *, level: float) -> Floats:
    """Heat and hum ``[n, 2]``; the noise of the heat grows from .6 to 2.04 with the load."""
    felt = lag_load(load)
    heat = level + expected_heat(felt) + rng.normal(0, 0.6 + 0.016 * np.minimum(felt, FULL))
    return np.stack([heat, 50.0 + rng.normal(0, 1.0, len(load))], axis=1)


def loaded_recording(
    device: str, *, seed: int, rows: int = 6_000, load: Floats | None = None, told: bool = True
) -> Recording:
    rng = np.random.default_rng(seed)
    load = draw_load(rng, rows) if load is None else load
    values = measure(rng, load, level=20.0 + rng.normal(0, 5.0))
    column = load if told else np.full(len(load), np.nan)
    t = START_MS + 1_000 * np.arange(len(load), dtype=np.int64)
    return Recording(
        device,
        t,
        np.column_stack([values, column]).astype(np.float32),
        np.full(len(load), "", dtype="U16"),
    )


@functools.cache
def _train_once() -> InformedAutoencoder:
    told = [loaded_recording(f"d{number}", seed=number) for number in range(5)]
    untold = [loaded_recording(f"e{number}", seed=20 + number, told=False) for number in range(3)]
    return train_informed([*told[:4], *untold[:2]], [told[4], untold[2]], LOADED, SHAPE, QUICK)[0]


def copy_informed() -> InformedAutoencoder:
    """A trained model, the caller's own to change. Training it is paid once."""
    return copy.deepcopy(_train_once())
