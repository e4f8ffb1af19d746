"""The autoencoder over windows, with its scaler and its charts, as one exportable program.

A window is judged against its own recent past: each channel is taken relative to the level and the
noise of the window's early rows, so that a device whose operating point differs from the training
fleet's is not odd for that alone. What the network cannot reconstruct of the recent rows, and what
plain control charts see beside it, is brought to one scale by statistics of normal running.

Shapes: b windows, w readings each, c channels; e early blocks, r recent rows, s charts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tocsin.domain.errors import InvalidProfileError

BLOCK = 4  # early readings averaged to one token
FAST = 4  # readings of the quick chart: sees a spike
BURST = 8  # readings of the charts of energy, peak and level
ACTIVITY = 15  # steps of the chart that sees a stuck sensor or a burst of noise
LEAST_ENERGY = 0.05
STILL = 0.15  # activity of a stuck sensor; keeps a coarse one, often unchanged, from looking stuck
STEP_OF_WHITE_NOISE = 1.128  # mean absolute step of white noise of unit spread
CHART_LIMIT = 30.0  # no chart counts for more, however far off a value is
LEVEL_LIMIT = 30.0
LEAST_TOTAL = 1e-30  # evidence below which no channel is to blame


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What fixes the program's shape.

    ``absolute`` adds a chart of each channel's level against the training fleet's; without it only
    changes within the window count. ``recent`` is the number of last readings that are judged; the
    readings before them are what they are judged against. ``power``: the higher, the more the
    largest chart alone decides the score. Raises InvalidProfileError for a window that does not
    divide so.
    """

    window: int
    channels: int
    absolute: bool
    recent: int = 16
    hidden: int = 48
    latent: int = 10
    power: float = 6.0

    def __post_init__(self) -> None:
        early = self.window - self.recent
        if early < 2 * BLOCK or early % BLOCK:
            raise InvalidProfileError(
                f"window {self.window} must be {self.recent} plus a multiple of {BLOCK}, at least "
                f"{self.recent + 2 * BLOCK}"
            )

    @property
    def blocks(self) -> int:
        return (self.window - self.recent) // BLOCK

    @property
    def charts(self) -> tuple[str, ...]:
        """The charts' names, in the order of the statistics' first dimension."""
        names = ("residual_fast", "residual_slow", "change", "energy", "peak", "activity")
        return (*names, "level") if self.absolute else names


@dataclass(frozen=True, slots=True)
class Prepared:
    """A window after scaling.

    ``tokens`` ``[b, e + r, c]``: relative to the window's own level, in units of its own noise,
    compressed, 0 where missing. ``present`` likewise: 1 where a value counts.
    ``activity`` ``[b, c]``: mean absolute step of the recent rows in units of the noise.
    ``level`` ``[b, c]``: recent level in units of the fleet's spread.
    ``activity_present``, ``level_present`` ``[b, c]``: how far these count, 0 to 1.
    """

    tokens: Tensor
    present: Tensor
    activity: Tensor
    activity_present: Tensor
    level: Tensor
    level_present: Tensor


class WindowAutoencoder(nn.Module):
    """Maps raw windows ``[b, w, c]`` to (score ``[b]``, contributions ``[b, c]``).

    Buffers hold the scaler (from training rows) and the charts' statistics (from normal windows).
    """

    low: Tensor  # [c] values are clamped to [low, high]
    high: Tensor  # [c]
    centre: Tensor  # [c] fleet median
    spread: Tensor  # [c] fleet spread, robust
    noise_floor: Tensor  # [c] the least noise assumed of a channel
    whitening: Tensor  # [s, c, c]
    chart_centre: Tensor  # [s, c]
    chart_spread: Tensor  # [s, c]
    unit: Tensor  # [] raw score that is called 1

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        c, s = config.channels, len(config.charts)
        for name in ("centre", "low"):
            self.register_buffer(name, torch.zeros(c))
        for name in ("spread", "noise_floor", "high"):
            self.register_buffer(name, torch.ones(c))
        self.register_buffer("whitening", torch.eye(c).repeat(s, 1, 1))
        self.register_buffer("chart_centre", torch.zeros(s, c))
        self.register_buffer("chart_spread", torch.ones(s, c))
        self.register_buffer("unit", torch.ones(()))
        size = (config.blocks + config.recent) * c
        self.encoder = nn.Sequential(
            nn.Linear(size, config.hidden), nn.GELU(), nn.Linear(config.hidden, config.latent)
        )
        self.decoder = nn.Sequential(
            nn.Linear(config.latent, config.hidden), nn.GELU(), nn.Linear(config.hidden, size)
        )

    def prepare(self, x: Tensor) -> Prepared:
        """Scale raw windows ``[b, w, c]``; NaN and infinities are missing values."""
        nan = torch.full_like(x, torch.nan)
        x = torch.where(torch.isfinite(x), torch.clamp(x, self.low, self.high), nan)
        blocks, rows = self.config.blocks, self.config.recent
        early, recent = torch.split(x, [blocks * BLOCK, rows], 1)  # [b, e * 4, c], [b, r, c]
        early = early.reshape(-1, blocks, BLOCK, self.config.channels)
        averages = early.nanmean(2)  # [b, e, c]
        reference = averages.nanmedian(1, keepdim=True).values  # [b, 1, c]
        step = early.diff(dim=2).abs().nanmean(2).nanmedian(1, keepdim=True).values
        noise = torch.maximum(step / STEP_OF_WHITE_NOISE, self.noise_floor)
        # With less than three quarters of its early blocks a channel's changes are not judged: NaN.
        enough = _known(averages).mean(1, keepdim=True) >= 0.75
        noise = torch.where(enough, noise, torch.nan)
        relative = (torch.cat((averages, recent), 1) - reference) / noise
        steps = _last(recent, ACTIVITY + 1).diff(dim=1).abs() / noise
        level = (_last(recent, BURST).nanmean(1) - self.centre) / self.spread
        return Prepared(
            tokens=_compressed(relative).nan_to_num(0.0),
            present=_known(relative),
            activity=steps.nanmean(1).nan_to_num(0.0),
            activity_present=_known(steps).mean(1),
            level=level.nan_to_num(0.0).clamp(-LEVEL_LIMIT, LEVEL_LIMIT),
            level_present=_known(level),
        )

    def reconstruct(self, tokens: Tensor) -> Tensor:
        """The network: ``[b, e + r, c]`` to the same."""
        decoded: Tensor = self.decoder(self.encoder(tokens.flatten(1)))
        return decoded.reshape(tokens.shape)

    def charts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Raw chart values ``[s, b, c]`` and how far each counts (0 to 1) ``[s, b, c]``."""
        p = self.prepare(x)
        rows = self.config.recent
        recent, there = _last(p.tokens, rows), _last(p.present, rows)
        residual = (recent - _last(self.reconstruct(p.tokens), rows)) * there
        fast, fast_there = _mean(residual, there, FAST)
        slow, slow_there = _mean(residual, there, rows)
        change, _ = _mean(recent, there, rows)
        energy, energy_there = _mean(residual.square(), there, BURST)
        # The second largest: a spike of two readings is seen, a single odd one is not.
        peak = _last(residual, BURST).abs().topk(2, dim=1).values[:, 1]
        activity = (p.activity + STILL).log()
        values = [fast, slow, change, (energy + LEAST_ENERGY).log(), peak, activity]
        counts = [fast_there, slow_there, slow_there, *[energy_there] * 2, p.activity_present]
        if self.config.absolute:
            values.append(p.level)
            counts.append(p.level_present)
        return torch.stack(values), torch.stack(counts)

    def evidence(self, x: Tensor) -> Tensor:
        """Charts in units of their own normal tails, ``[s, b, c]``."""
        values, counts = self.charts(x)
        values = (values - self.chart_centre.unsqueeze(1)) * counts
        # [s, b, c] @ [s, c, c]: what the channels of a chart share is taken out.
        evidence = (values @ self.whitening) * counts / self.chart_spread.unsqueeze(1)
        # Limited as a whole, so that a far value's neighbours do not catch up with it.
        largest = evidence.abs().amax(2, keepdim=True)
        return evidence * (CHART_LIMIT / largest.clamp(min=CHART_LIMIT))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        power = self.config.power
        errors = self.evidence(x).abs().pow(power).sum(0)  # [b, c]
        total = errors.sum(1)  # [b]
        score = total.pow(1.0 / power) / self.unit
        equal = torch.full_like(errors, 1.0 / self.config.channels)
        shares = errors / total.unsqueeze(1)  # NaN, and not used, where nothing speaks
        return score, torch.where(total.unsqueeze(1) > LEAST_TOTAL, shares, equal)


def _compressed(values: Tensor) -> Tensor:
    """About linear below 1 and logarithmic above, so that one far value does not rule a mean."""
    return values.abs().log1p().copysign(values)


def _mean(values: Tensor, there: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """Mean of the last *rows* values that count, and the share of rows that did."""
    count = _last(there, rows).sum(1)
    return _last(values, rows).sum(1) / count.clamp(min=1.0), count / rows


def _last(values: Tensor, rows: int) -> Tensor:
    """The last *rows* along the second dimension. Exports to one node, where slicing takes two."""
    return values.narrow(1, values.shape[1] - rows, rows)


def _known(values: Tensor) -> Tensor:
    """1 where there is a value, 0 where NaN."""
    return (~torch.isnan(values)).to(values.dtype)
