"""Training: the scaler from training rows, the network by gradient descent, the charts' statistics.

Same seed, same recordings, same machine: same weights.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml_model.data import Recording, RecordingError, normal_windows
from ml_model.model import STEP_OF_WHITE_NOISE, ModelConfig, WindowAutoencoder
from tocsin.domain.profile import Profile

# Spread and noise of a channel that never changes, as a share of what its sensor can show.
FLOOR = 1e-3
NOISE_SHARE = 0.5  # no device is taken to be quieter than this share of its fleet's noise
SPREADS_BETWEEN = 3.29  # spreads between the 5 % and 95 % quantiles of a normal distribution
SHRINKAGE = 0.1  # of a chart's covariance towards its diagonal
LEAST_TAIL = 1e-3  # of a chart that never moved
TAIL = 0.999  # the quantile at which charts are brought to one scale
TAIL_OF_NORMAL = 3.29  # where that quantile of |z| lies for a normal distribution
WHITENED = frozenset({"residual_fast", "residual_slow", "change", "level"})


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train. ``budget_s`` bounds the epochs' time: reaching it costs reproducibility."""

    seed: int = 7
    epochs: int = 40
    budget_s: float = 150.0
    batch: int = 512
    patience: int = 6
    learning_rate: float = 2e-3
    most_windows: int = 60_000
    hidden_share: float = 0.1  # of tokens, and of channels, hidden from the network's input


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch's mean losses, and whether it was the best so far."""

    number: int
    train_loss: float
    held_out_loss: float
    best: bool


def train(
    training: Sequence[Recording],
    held_out: Sequence[Recording],
    profile: Profile,
    model_config: ModelConfig,
    config: TrainConfig,
    *,
    report: Callable[[Epoch], None] = lambda _: None,
) -> tuple[WindowAutoencoder, list[Epoch]]:
    """Train a model of normal running on *training*, stopping early on *held_out*.

    Raises RecordingError when either holds no whole window.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    windows = torch.from_numpy(normal_windows(training, profile, most=config.most_windows))
    held_out_windows = torch.from_numpy(
        normal_windows(held_out, profile, most=config.most_windows // 3)
    )
    if not len(windows) or not len(held_out_windows):
        raise RecordingError(
            f"a part of the recordings of {profile.name!r} has no {profile.window} readings in a "
            "row without a long silence or a fault; record longer"
        )
    model = WindowAutoencoder(model_config)
    fit_scaler(model, training, windows, profile)
    epochs = _fit_network(model, windows, held_out_windows, config, report)
    fit_charts(model, torch.cat((windows, held_out_windows)))
    return model.eval(), epochs


def fit_scaler(
    model: WindowAutoencoder,
    recordings: Sequence[Recording],
    windows: Tensor,
    profile: Profile,
) -> None:
    """Set the scaler's buffers: limits from the profile, the rest from normal rows.

    Raises RecordingError naming a channel without a value.
    """
    low = np.array([channel.low for channel in profile.channels])
    high = np.array([channel.high for channel in profile.channels])
    rows = np.concatenate([one.values[one.fault == ""] for one in recordings])
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # checked just below
        lowest, centre, highest = np.nanquantile(rows, [0.05, 0.5, 0.95], axis=0)
    for name, value in zip(profile.channel_names, centre, strict=True):
        if not np.isfinite(value):
            raise RecordingError(
                f"channel {name!r} of {profile.name!r} has no value in the part that trains"
            )
    # A value far outside of what the sensor can show says no more than one just outside.
    _set(model.low, low - (high - low))
    _set(model.high, high + (high - low))
    _set(model.centre, centre)
    floor = FLOOR * (high - low)
    spread = (highest - lowest) / SPREADS_BETWEEN
    _set(model.spread, np.where(spread > 0, spread, floor))
    steps = windows.diff(dim=1).abs().nanmean(1).nanmedian(0).values.numpy()
    noise = steps / STEP_OF_WHITE_NOISE
    _set(model.noise_floor, np.where(noise > 0, NOISE_SHARE * noise, floor))


def fit_charts(model: WindowAutoencoder, windows: Tensor) -> None:
    """Set centre, whitening and tail of every chart from normal *windows* ``[k, w, c]``."""
    model.eval()
    with torch.no_grad():
        pairs = [model.charts(batch) for batch in torch.split(windows, 2_048)]
        values = torch.cat([pair[0] for pair in pairs], 1).double()  # [s, k, c]
        counts = torch.cat([pair[1] for pair in pairs], 1).double()
        known = torch.where(counts > 0, values, torch.nan)
        centre = known.nanmedian(1).values.nan_to_num(0.0)
        _set(model.chart_centre, centre.numpy())
        deviations = (values - centre.unsqueeze(1)) * counts  # [s, k, c]
        whitening = torch.stack(
            [
                _inverse_root(deviations[index], joint=name in WHITENED)
                for index, name in enumerate(model.config.charts)
            ]
        )
        _set(model.whitening, whitening.numpy())
        whitened = (deviations @ whitening) * counts
        tail = np.quantile(whitened.abs().numpy(), TAIL, axis=1) / TAIL_OF_NORMAL
        _set(model.chart_spread, np.maximum(tail, LEAST_TAIL))


def _inverse_root(deviations: Tensor, *, joint: bool) -> Tensor:
    """The symmetric inverse square root ``[c, c]`` of the covariance of *deviations* ``[k, c]``.

    Symmetric, so that each whitened value still belongs to its own channel.
    """
    covariance = deviations.T @ deviations / len(deviations)
    diagonal = torch.diag(covariance.diagonal().clamp(min=1e-9))
    if not joint:
        covariance = diagonal
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * diagonal
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    root: Tensor = vectors @ torch.diag(eigenvalues.clamp(min=1e-9).rsqrt()) @ vectors.T
    return root


def _fit_network(
    model: WindowAutoencoder,
    windows: Tensor,
    held_out: Tensor,
    config: TrainConfig,
    report: Callable[[Epoch], None],
) -> list[Epoch]:
    with torch.no_grad():
        tokens, present = _prepared(model, windows)
        held_out_tokens, held_out_present = _prepared(model, held_out)
    optimiser = torch.optim.AdamW(model.parameters(), lr=config.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs)
    deadline = time.monotonic() + config.budget_s
    epochs: list[Epoch] = []
    best, best_weights = float("inf"), _weights(model)
    for number in range(1, config.epochs + 1):
        model.train()
        losses = [
            _step(model, optimiser, tokens[chosen], present[chosen], config.hidden_share)
            for chosen in torch.split(torch.randperm(len(tokens)), config.batch)
        ]
        schedule.step()
        model.eval()
        with torch.no_grad():
            held_out_loss = float(_loss(model, held_out_tokens, held_out_tokens, held_out_present))
        better = held_out_loss < best
        if better:
            best, best_weights = held_out_loss, _weights(model)
        epochs.append(Epoch(number, float(np.mean(losses)), held_out_loss, better))
        report(epochs[-1])
        if (
            not any(epoch.best for epoch in epochs[-config.patience :])
            or time.monotonic() > deadline
        ):
            break
    model.load_state_dict(best_weights)
    return epochs


def _step(
    model: WindowAutoencoder,
    optimiser: torch.optim.Optimizer,
    tokens: Tensor,
    present: Tensor,
    hidden_share: float,
) -> float:
    """One gradient step on *tokens* ``[b, e + r, c]``, part of them hidden from the input."""
    shown = torch.rand_like(tokens) >= hidden_share
    channels_shown = torch.rand(len(tokens), 1, tokens.shape[2]) >= hidden_share
    loss = _loss(model, tokens * shown * channels_shown, tokens, present)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    optimiser.step()
    return float(loss.detach())


def _loss(model: WindowAutoencoder, shown: Tensor, tokens: Tensor, present: Tensor) -> Tensor:
    errors = nn.functional.smooth_l1_loss(model.reconstruct(shown), tokens, reduction="none")
    return (errors * present).sum() / present.sum().clamp(min=1.0)


def _prepared(model: WindowAutoencoder, windows: Tensor) -> tuple[Tensor, Tensor]:
    parts = [model.prepare(batch) for batch in torch.split(windows, 2_048)]
    return torch.cat([part.tokens for part in parts]), torch.cat([part.present for part in parts])


def _weights(model: WindowAutoencoder) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def _set(buffer: Tensor, values: NDArray[np.floating]) -> None:
    buffer.copy_(torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)))
