"""Training: the scaler and the encoders from training rows, the prototypes by gradient descent.

Same seed, same recordings, same machine: same weights.

Shapes: k windows of w readings each, c channels; a view sees n blocks of each window and keeps p
prototypes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ml_model.detector.model import ModelConfig, WindowAutoencoder
from ml_model.detector.scaler import fill_buffer, fit_scaler, fit_sensors
from ml_model.detector.views import Seen
from ml_model.recording import Recording, RecordingError, normal_windows
from ml_model.training.encoders import fit_encoders
from tocsin.domain.profile import Profile

LEAST_TAIL = 0.05  # of an error: where hardly any occurs, the first small one is no alert
FOLDS = 5  # of time, where nothing is held out
BATCH = 2_048  # windows looked at together: bounds the memory, changes no result


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train.

    ``budget_s`` bounds the epochs' time: reaching it costs reproducibility. ``shrinkage``: of the
    channels' correlations towards none. ``tail``: the quantile of errors at which views are brought
    to one scale. ``channel_tails``: whether channels are, too. ``horizon``: how far ahead of the
    training rows the model is to judge, in their own length, where normal levels will have drifted
    by then; 0 where the recordings show all that is normal. ``floor_share``: the least spread of a
    channel, as a share of its range.
    """

    seed: int = 7
    epochs: int = 40
    budget_s: float = 150.0
    batch: int = 512
    patience: int = 3
    learning_rate: float = 2e-2
    most_windows: int = 60_000
    shrinkage: float = 0.1
    tail: float = 0.9995
    channel_tails: bool = True
    horizon: float = 0.0
    floor_share: float = 1e-3


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch's mean losses, and whether it was the best so far."""

    number: int
    train_loss: float
    held_out_loss: float
    best: bool


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows ``x`` ``[k, w, c]`` and, where it is not all, which channels' noise says something,
    ``lively`` ``[k, c]``."""

    x: Tensor
    lively: Tensor | None = None

    def batches(self) -> list[tuple[Tensor, Tensor | None]]:
        parts = torch.split(self.x, BATCH)
        if self.lively is None:
            return [(part, None) for part in parts]
        return list(zip(parts, torch.split(self.lively, BATCH), strict=True))

    def pick(self, rows: Tensor) -> Windows:
        return Windows(self.x[rows], None if self.lively is None else self.lively[rows])


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

    With nothing held out, where every row is needed, windows themselves are the prototypes and
    errors are measured in folds of time. Raises RecordingError when there is no whole window.
    """
    # Several threads would add in whatever order they finish, and the last digits would differ.
    torch.manual_seed(config.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    windows = Windows(cut_windows(training, profile, config.most_windows))
    others = Windows(cut_windows(held_out, profile, config.most_windows // 3)) if held_out else None
    model = WindowAutoencoder(model_config).eval()
    fit_scaler(model, training, windows.x, profile, floor_share=config.floor_share)
    fit_sensors(model, training)
    return model, fit_views(model, windows, others, training, config, report=report)


def fit_views(
    model: WindowAutoencoder,
    windows: Windows,
    others: Windows | None,
    training: Sequence[Recording],
    config: TrainConfig,
    *,
    report: Callable[[Epoch], None],
) -> list[Epoch]:
    """Set encoders, prototypes and tails of a *model* whose scaler is set; *others* are held out.

    *training*: what the windows are from, for the drift to come.
    """
    seen = _look_at(model, windows)
    fit_encoders(model, seen, training, shrinkage=config.shrinkage, horizon=config.horizon)
    encoded = _encode_views(model, seen)
    epochs: list[Epoch] = []
    if others is not None:
        # Tails are estimated from windows that neither the encoders nor the prototypes have seen:
        # errors on the training windows are smaller than those to come.
        _place_prototypes(model, encoded)
        epochs = _fit_prototypes(
            model, encoded, _encode_views(model, _look_at(model, others)), config, report
        )
        errors = _measure_errors(model, others)
    else:
        errors = _measure_in_folds(model, windows, encoded)
        _place_prototypes(model, encoded)
    _fit_tails(model, errors, config)
    return epochs


def cut_windows(recordings: Sequence[Recording], profile: Profile, most: int) -> Tensor:
    """At most about *most* normal windows ``[k, w, c]``. Raises RecordingError without any."""
    windows = torch.from_numpy(normal_windows(recordings, profile, most=most))
    if not len(windows):
        raise RecordingError(
            f"a part of the recordings of {profile.name!r} has no {profile.window} readings in a "
            "row without a long silence or a fault; record longer"
        )
    return windows


def _look_at(model: WindowAutoencoder, windows: Windows) -> list[Seen]:
    """Every view of *windows*."""
    working = torch.ones(())
    with torch.no_grad():
        parts = [model.see(x, working, lively) for x, lively in windows.batches()]  # [batch][view]
    return [
        Seen(
            torch.cat([batch.values for batch in of_view]),
            torch.cat([batch.known for batch in of_view]),
        )
        for of_view in zip(*parts, strict=True)
    ]


def _encode_views(model: WindowAutoencoder, seen: Sequence[Seen]) -> list[Tensor]:
    """Each view's encoded windows, flat: ``[k, n * c]``, for distances between whole windows."""
    with torch.no_grad():
        return [model.quantiser(i).encode(view).flatten(1) for i, view in enumerate(seen)]


def _measure_errors(model: WindowAutoencoder, windows: Windows) -> list[Tensor]:
    """Each view's errors ``[k, c]`` before they are brought to one scale."""
    with torch.no_grad():
        parts = [model.errors(x, lively) for x, lively in windows.batches()]
    return [torch.cat(of_view) for of_view in zip(*parts, strict=True)]


def _place_prototypes(model: WindowAutoencoder, encoded: Sequence[Tensor]) -> None:
    """Let windows, drawn at random, be the prototypes. Where a view has one it stays 0."""
    for index, flat in enumerate(encoded):
        quantiser = model.quantiser(index)
        if (count := model.config.views[index].prototypes) > 1:
            # Drawn, not spread out: where windows are dense, so are the prototypes. [p, n * c]
            quantiser.prototypes = flat[torch.randperm(len(flat))[:count]].clone()


def _fit_prototypes(
    model: WindowAutoencoder,
    encoded: Sequence[Tensor],
    held_out: Sequence[Tensor],
    config: TrainConfig,
    report: Callable[[Epoch], None],
) -> list[Epoch]:
    """Move the prototypes of all views to where normal windows lie, by gradient descent."""
    # The one prototype of a view is its mean, which whitening has put at 0: nothing to move.
    moving = [i for i, view in enumerate(model.config.views) if view.prototypes > 1]
    if not moving:
        return []
    prototypes = {i: nn.Parameter(model.quantiser(i).prototypes) for i in moving}
    optimiser = torch.optim.Adam(prototypes.values(), lr=config.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs)
    deadline = time.monotonic() + config.budget_s
    epochs: list[Epoch] = []
    best = float("inf")
    for number in range(1, config.epochs + 1):
        order = torch.randperm(len(encoded[0]))  # [k], the same windows in every view
        losses = [
            _step(optimiser, [_loss(encoded[i][chosen], prototypes[i]) for i in moving])
            for chosen in torch.split(order, config.batch)
        ]
        schedule.step()
        with torch.no_grad():
            loss = float(torch.stack([_loss(held_out[i], prototypes[i]) for i in moving]).sum())
        if better := loss < best:
            # Kept as a copy: the optimiser goes on changing the parameters in place.
            best = loss
            for i in moving:
                model.quantiser(i).prototypes = prototypes[i].detach().clone()
        epochs.append(Epoch(number, float(np.mean(losses)), loss, better))
        report(epochs[-1])
        if time.monotonic() > deadline or not any(
            epoch.best for epoch in epochs[-config.patience :]
        ):
            break
    return epochs


def _step(optimiser: torch.optim.Optimizer, losses: Sequence[Tensor]) -> float:
    loss = torch.stack(list(losses)).sum()
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    optimiser.step()
    return float(loss.detach())


def _loss(encoded: Tensor, prototypes: Tensor) -> Tensor:
    """Mean square of what the nearest prototype leaves of *encoded* ``[k, n * c]``."""
    with torch.no_grad():  # which prototype is nearest has no slope; how far it is, has one
        nearest = torch.cat(
            [torch.cdist(part, prototypes).argmin(1) for part in torch.split(encoded, BATCH)]
        )
    return (encoded - prototypes[nearest]).square().mean()  # nearest: [k], of [p, n * c]


def _measure_in_folds(
    model: WindowAutoencoder, windows: Windows, encoded: Sequence[Tensor]
) -> list[Tensor]:
    """Each view's errors ``[k, c]`` on windows that share no reading with the prototypes' windows.

    A window that is a prototype has no error, and one that overlaps it hardly any: so the windows
    of a fold are judged by prototypes from the other folds, a window's length away from it.
    """
    parts: list[list[Tensor]] = []
    position = torch.arange(len(windows.x))
    for fold in torch.chunk(position, FOLDS):
        apart = (position < fold[0] - model.config.window) | (
            position > fold[-1] + model.config.window
        )
        # A recording of hardly more than a window has nothing apart: then any window will do.
        others = apart if int(apart.sum()) > 1 else position >= 0
        _place_prototypes(model, [flat[others] for flat in encoded])
        parts.append(_measure_errors(model, windows.pick(fold)))
    return [torch.cat(of_view) for of_view in zip(*parts, strict=True)]


def _fit_tails(model: WindowAutoencoder, errors: Sequence[Tensor], config: TrainConfig) -> None:
    """Set what counts as far for each view, and for its channels where they count alone.

    An error is divided by the one that normal running passes in ``1 - config.tail`` of its windows,
    so that a view with noisy errors and one with steady errors are equally seldom odd.
    """
    power = model.config.channel_power
    for index, error in enumerate(errors):
        quantiser = model.quantiser(index)
        if config.channel_tails:
            tails = np.quantile(error.numpy(), config.tail, axis=0)  # [c], of error [k, c]
            fill_buffer(quantiser.channel_tail, np.maximum(tails, LEAST_TAIL))
        # As the model joins channels: the higher the power, the more the oddest decides. [k]
        length = (error / quantiser.channel_tail).pow(power).sum(1).pow(1.0 / power)
        tail = np.quantile(length.numpy(), config.tail)
        fill_buffer(quantiser.tail, np.maximum(tail, LEAST_TAIL))
