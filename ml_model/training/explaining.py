"""Curves and lags of a covariate: what each channel is expected to be, learned from changes.

Devices of one kind differ in their levels. So the curves are told from how a channel changes within
a window when the covariate does, never from levels: penalised least squares in closed form, each
change counting by how steady the channel is there.

Shapes: k windows of w readings, the last r of them judged; c channels; j knots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor

from ml_model.detector.covariate import EARLY, Explanation
from ml_model.detector.scaler import fill_buffer
from tocsin.domain.profile import Profile

Floats = NDArray[np.float64]

LAGS = (0.0, 2.0, 4.0, 7.0, 10.0, 14.0, 20.0, 30.0)  # time constants that are tried, in readings
ROUNDS = 3  # of curve and spread in turn; each needs the other
SMOOTH = 1.0  # weight of a curve's bends: as much as that many changes
ALIKE = 0.5  # knots between two readings of one load
BELIEF = 30.0  # changes that a knot's own spread is worth against that of all
LEAST_SPREAD = 0.1  # of a channel's usual spread: no reading is surer than that
LATE = 4  # of the readings judged every fourth, the last ones
SMOOTH_PULL = 1e4
WORTH = 0.8  # of the variance of its changes, or a channel is not slow
SPREAD_FLOOR = 1e-5  # of its range, for a channel that never changes


@dataclass(frozen=True, slots=True)
class Curve:
    """What one channel is expected to be at each knot, ``[j]``, after a lag in readings."""

    lag: float
    expected: Floats
    spread: Floats
    pull: Floats
    rate: float


def fit_explanation(explanation: Explanation, windows: Tensor, profile: Profile) -> None:
    """Set every buffer of *explanation* from normal *windows* ``[k, w, c + 1]``, covariate last."""
    covariate = windows[:, :, -1].double().numpy()
    judged, knots = explanation.judged, explanation.knots
    fill_buffer(explanation.first, np.asarray(covariate.min()))
    span = float(covariate.max() - covariate.min())
    fill_buffer(explanation.apart, np.asarray(max(span, 1e-6) / (knots - 1)))
    place = (covariate - explanation.first.item()) / explanation.apart.item()
    place = place.clip(0.0, knots - 1.0)
    channels = profile.channels[: explanation.channels]
    low = np.array([channel.low for channel in channels])
    high = np.array([channel.high for channel in channels])
    fill_buffer(explanation.low, low - (high - low))
    fill_buffer(explanation.high, high + (high - low))
    kernels = {lag: lay_kernel(covariate.shape[1], judged, lag) for lag in LAGS}
    felt = {lag: place @ kernel for lag, kernel in kernels.items()}  # each [k, r]
    curves = []
    for index, floor in enumerate(SPREAD_FLOOR * (high - low)):
        readings = windows[:, -judged:, index].double().numpy()
        curves.append(_fit_curve(readings, felt, knots, float(floor), window=covariate.shape[1]))
    fill_buffer(explanation.rate, np.array([curve.rate for curve in curves]))
    kernel = np.stack([kernels[curve.lag] for curve in curves], axis=2)  # [w, r, c]
    fill_buffer(explanation.kernel, kernel.reshape(len(kernel), -1))
    for name, per_channel in (
        ("expected", [curve.expected for curve in curves]),
        ("spread", [curve.spread for curve in curves]),
        ("pull", [curve.pull for curve in curves]),
    ):
        table = np.array(per_channel)  # [c, j]
        rise = np.diff(table, axis=1, append=table[:, -1:])
        fill_buffer(getattr(explanation, name), table.reshape(-1))
        fill_buffer(getattr(explanation, f"{name}_rise"), rise.reshape(-1))


def lay_kernel(window: int, judged: int, lag: float) -> Floats:
    """How far each of *window* readings acts on the last *judged*, ``[w, r]``; columns add up to 1.

    A first-order lag, before which all was as in the first reading.
    """
    decay = np.exp(-1.0 / lag) if lag else 0.0
    after = np.arange(window - judged, window) - np.arange(window)[:, np.newaxis]  # [w, r]
    kernel = np.where(after >= 0, (1.0 - decay) * decay ** after.clip(0), 0.0)
    kernel[0] += 1.0 - kernel.sum(axis=0)
    return kernel


def _fit_curve(
    readings: Floats, felt: dict[float, Floats], knots: int, floor: float, *, window: int
) -> Curve:
    """The curve ``[j]`` of one channel's *readings* ``[k, r]`` with the likeliest lag."""
    rows = readings.shape[1]
    last = rows - 1
    earlier = np.array([0, rows // 2, 3 * rows // 4])
    change = (readings[:, [last]] - readings[:, earlier]).ravel()  # [3 k]
    known = np.isfinite(change)
    best, least, felt_best = None, np.inf, felt[0.0]
    for lag, place in felt.items():
        now = np.repeat(place[:, [last]], len(earlier), axis=1).ravel()[known]
        then = place[:, earlier].ravel()[known]
        expected, spread, cost = _fit_changes(change[known], now, then, knots, floor)
        if cost < least:
            level = np.nanmean(readings - np.interp(place, np.arange(knots), expected))
            best, least = Curve(lag, expected + level, spread, np.zeros(knots), 0.0), cost
            felt_best = place
    if best is None:  # a channel without any change known
        return Curve(0.0, np.zeros(knots), np.full(knots, max(floor, 1e-6)), np.zeros(knots), 0.0)
    left = readings - np.interp(felt_best, np.arange(knots), best.expected)
    return _add_pull(best, left, felt_best, window=window)


def _add_pull(curve: Curve, left: Floats, place: Floats, *, window: int) -> Curve:
    """*curve* with what a slow channel does within a window, if that tells much of its changes.

    *left* ``[k, r]``: what the curve leaves of readings at *place* ``[k, r]``. A channel that
    settles within a *window* is not slow: its curve says all.
    """
    knots, rows = len(curve.expected), left.shape[1]
    early = np.nanmean(left[:, : rows // EARLY], axis=1)
    change = np.nanmean(left[:, -rows // LATE :], axis=1) - early
    known = np.isfinite(change)
    sums = np.tril(np.ones((rows, rows)))
    # How often each reading's pull is in the late mean and not in the early one.
    reach = sums[-rows // LATE :].mean(axis=0) - sums[: rows // EARLY].mean(axis=0)
    hats = sum(weight * _lay_hats(place[known, row], knots) for row, weight in enumerate(reach))
    middle = early[known].mean()
    design = np.column_stack([hats.toarray(), -reach.sum() * (early[known] - middle)])
    bends = np.diff(np.eye(knots, knots + 1), n=2, axis=0)
    matrix = design.T @ design + SMOOTH_PULL * bends.T @ bends + np.eye(knots + 1) * 1e-6
    *pull, rate = np.linalg.solve(matrix, design.T @ change[known])
    after = change[known] - design @ [*pull, rate]
    if not 0.0 < rate < 1.0 / window or after.var() > WORTH * change[known].var():
        return curve
    # Told from how much higher than usual it begins; the model knows how high it begins.
    pull = np.array(pull) + rate * middle
    pulled = np.interp(place, np.arange(knots), pull) - rate * early[:, np.newaxis]
    within = left - pulled @ sums.T
    # One spread everywhere: a level far off, in spreads that change, would seem to jump.
    spread = float(np.sqrt(np.nanmean(np.nanvar(within, axis=1))))
    steady = np.full(knots, max(spread, float(curve.spread.min()) * LEAST_SPREAD))
    return replace(curve, spread=steady, pull=pull, rate=float(rate))


def _fit_changes(
    change: Floats, now: Floats, then: Floats, knots: int, floor: float
) -> tuple[Floats, Floats, float]:
    """Expected value and spread at each knot ``[j]``, and how unlikely they make the changes."""
    at_now, at_then = _lay_hats(now, knots), _lay_hats(then, knots)
    difference = csr_array(at_now - at_then)
    bends = np.diff(np.eye(knots), n=2, axis=0)
    alike = np.abs(now - then) < ALIKE
    variance = np.full(len(change), float(np.mean(change**2)) + floor**2)
    expected = spread = np.zeros(knots)
    for _ in range(ROUNDS):
        weighted = difference.multiply(1.0 / variance[:, np.newaxis]).tocsr()
        usual = 1.0 / float(np.median(variance))
        matrix = (difference.T @ weighted).toarray() + SMOOTH * usual * bends.T @ bends
        # Levels are not told by changes: the mean of the curve is held at 0.
        matrix += usual * np.ones((knots, knots)) / knots
        expected = np.linalg.solve(matrix, weighted.T @ change)
        left = change - difference @ expected
        spread = _fit_spread(left, at_now, alike, floor)
        variance = (at_now @ spread) ** 2 + (at_then @ spread) ** 2
    return expected, spread, float(np.mean(left**2 / variance + np.log(variance)))


def _fit_spread(left: Floats, at_now: csr_array, alike: NDArray[np.bool_], floor: float) -> Floats:
    """The spread of a reading at each knot ``[j]``: of two alike, the difference has twice its
    variance."""
    squares = np.where(alike, left**2 / 2.0, 0.0)
    weight = at_now.T @ alike.astype(np.float64)
    usual = float(squares.sum() / max(alike.sum(), 1))
    variance = (at_now.T @ squares + BELIEF * usual) / (weight + BELIEF)
    spread: Floats = np.sqrt(variance)
    return np.maximum(spread, max(LEAST_SPREAD * float(np.median(spread)), floor))


def _lay_hats(place: Floats, knots: int) -> csr_array:
    """Shares of the two knots that each *place* ``[n]`` lies between, ``[n, j]``."""
    knot = np.minimum(place.astype(np.int64), knots - 2)
    beyond = place - knot
    rows = np.arange(len(place))
    return csr_array(
        (
            np.concatenate([1.0 - beyond, beyond]),
            (np.concatenate([rows, rows]), np.concatenate([knot, knot + 1])),
        ),
        shape=(len(place), knots),
    )
