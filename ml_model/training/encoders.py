"""The encoders: what the channels of each view share in normal running, and how to take it out.

Shapes: k windows, c channels; a view sees n blocks of each window.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ml_model.detector.model import WindowAutoencoder
from ml_model.detector.scaler import fill_buffer, foresee_spread
from ml_model.detector.views import Seen, View
from ml_model.recording import Recording

LEAST_SPREAD = 0.02  # of a view, in spreads of its channel: a still view must not divide by nothing


def fit_encoders(
    model: WindowAutoencoder,
    seen: Sequence[Seen],
    training: Sequence[Recording],
    *,
    shrinkage: float,
    horizon: float,
) -> None:
    """Set each view's offset ``[c]`` and whitening ``[c, c]`` from what normal windows show.

    The blocks of a window count as samples of the same channels, so that a view of few windows
    still has enough to tell the correlations from. ``shrinkage`` and ``horizon`` as in TrainConfig.
    """
    for index, (view, found) in enumerate(zip(model.config.views, seen, strict=True)):
        quantiser = model.quantiser(index)
        known = torch.where(found.known > 0, found.values, torch.nan).flatten(0, 1)  # [k * n, c]
        offset = known.nanmean(0).nan_to_num(0.0)
        fill_buffer(quantiser.offset, offset.numpy())
        # What is missing counts as the mean: it says nothing of how channels move together.
        # Double, since single precision loses the small eigenvalues in the sums.
        deviations = (known - offset).nan_to_num(0.0).double()  # [k * n, c]
        covariance = deviations.T @ deviations / len(deviations)  # [c, c]
        spread = covariance.diagonal().sqrt()  # [c]
        # Rows are divided: a channel is brought to its own spread, then correlations are taken out.
        root = _inverse_root(covariance, spread, shrinkage)
        wide = _widen(spread, view, model, training, horizon)
        fill_buffer(quantiser.whitening, (root / wide.unsqueeze(1)).numpy())


def _inverse_root(covariance: Tensor, spread: Tensor, shrinkage: float) -> Tensor:
    """The symmetric inverse root of the channels' correlations ``[c, c]``, shrunk towards none.

    Symmetric, so that each whitened value still belongs to its own channel.
    """
    outer = torch.outer(spread, spread).clamp(min=1e-12)  # a channel that stands still has none
    # Shrunk: correlations estimated from finite recordings are too strong, and taking out too much
    # of what channels share turns small differences between them into large errors.
    correlation = (1.0 - shrinkage) * covariance / outer
    correlation.fill_diagonal_(1.0)
    eigenvalues, vectors = torch.linalg.eigh(correlation)
    # Directions in which the channels hardly move apart would blow up without a least eigenvalue.
    root: Tensor = vectors @ torch.diag(eigenvalues.clamp(min=1e-3).rsqrt()) @ vectors.T
    return root


def _widen(
    spread: Tensor,
    view: View,
    model: WindowAutoencoder,
    training: Sequence[Recording],
    horizon: float,
) -> Tensor:
    """A view's spread: never nothing, and that of the drift to come where one is expected."""
    wide = spread + LEAST_SPREAD
    if horizon and view.kind == "level" and not view.relative:
        drifted = foresee_spread(training, view.rows, horizon)
        wide = torch.maximum(wide, torch.from_numpy(drifted) / model.look.spread)
    return wide
