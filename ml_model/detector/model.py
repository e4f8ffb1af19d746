"""The autoencoder, with its scaler and the fault finder of its sensors, as one exportable program.

A vector-quantising autoencoder (van den Oord et al. 2017) over several views of a window at once
(views.py). Of each view the encoder takes out what its channels share in normal running
(whitening); the code is the nearest of the view's prototypes, learned from normal windows; the
reconstruction is that prototype. What is left is the reconstruction error. A view with one
prototype, the mean of normal running, is a Hotelling T² chart. Errors are brought to one scale by
the tails they have in normal running.

Shapes: b windows, w readings each, c channels; n blocks, k prototypes of a view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from ml_model.detector.views import OF_NOISE, Seen, View, Views

LEAST_TOTAL = 1e-30  # evidence below which no channel is to blame
MOST_TAILS = 1e6  # of a channel's error: keeps its power finite
MISSING, STUCK = 1.0, 2.0  # a sensor's state in the program's third output; 0 is working


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What fixes the program's shape.

    ``early``: the window's first rows that relative views refer to, 0 for none. ``power``: the
    higher, the more the oddest view alone decides the score; ``channel_power`` likewise within a
    view, 2 being the Euclidean length. ``limit``: times its tail no view counts for more, however
    far off a value is. ``sensor_rows``: the last rows in which a sensor's silence or standstill is
    looked for.
    """

    window: int
    channels: int
    views: tuple[View, ...]
    early: int = 0
    power: float = 6.0
    channel_power: float = 6.0
    limit: float = 30.0
    sensor_rows: int = 16


class Quantiser(nn.Module):
    """Encoder, code and decoder of one view."""

    offset: Tensor  # [c] of normal running
    whitening: Tensor  # [c, c]
    prototypes: Tensor  # [k, n * c]
    channel_tail: Tensor  # [c] of the errors of normal running, by channel
    tail: Tensor  # [] and of their length

    def __init__(self, channels: int, view: View) -> None:
        super().__init__()
        self.register_buffer("offset", torch.zeros(channels))
        self.register_buffer("whitening", torch.eye(channels))
        self.register_buffer("prototypes", torch.zeros(view.prototypes, view.blocks * channels))
        self.register_buffer("channel_tail", torch.ones(channels))
        self.register_buffer("tail", torch.ones(()))

    def encode(self, seen: Seen) -> Tensor:
        """What is seen, whitened: ``[b, n, c]``. Nothing known counts as normal."""
        # A mean of few readings is a rough one.
        return ((seen.values - self.offset) * seen.known.sqrt()) @ self.whitening

    def reconstruct(self, encoded: Tensor) -> Tensor:
        """The nearest prototype of each ``[b, n, c]``."""
        if len(self.prototypes) == 1:
            return self.prototypes.reshape(1, *encoded.shape[1:])
        flat = encoded.flatten(1)
        # |z - p|² without |z|², which is the same for every p.
        distance = self.prototypes.square().sum(1) - 2.0 * flat @ self.prototypes.T
        return self.prototypes[distance.argmin(1)].reshape(encoded.shape)

    def error(self, seen: Seen) -> Tensor:
        """What the prototype leaves of each channel, ``[b, c]``, before it is scaled."""
        encoded = self.encode(seen)
        left = (encoded - self.reconstruct(encoded)) * seen.known
        return left.square().sum(1).sqrt()


class WindowAutoencoder(nn.Module):
    """Maps raw windows ``[b, w, c]`` to (score ``[b]``, contributions ``[b, c]``, sensors
    ``[b, c]``: 0 working, 1 missing, 2 stuck)."""

    missing_after: Tensor  # [c] readings without a value that make a sensor missing
    stuck_after: Tensor  # [c] steps without a change that make it stuck
    unit: Tensor  # [] raw score that is called 1

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.look = Views(config.window, config.channels, config.early, config.views)
        self.quantisers = nn.ModuleList(Quantiser(config.channels, view) for view in config.views)
        for name in ("missing_after", "stuck_after"):
            self.register_buffer(name, torch.full((config.channels,), torch.inf))
        self.register_buffer("unit", torch.ones(()))

    def sensors(self, x: Tensor) -> Tensor:
        """Each sensor's state at the windows' last readings, ``[b, c]``."""
        rows = min(self.config.sensor_rows, self.config.window)
        recent = x.narrow(1, self.config.window - rows, rows)
        at = torch.arange(1, rows + 1, dtype=x.dtype).unsqueeze(1)
        silent = rows - (~torch.isnan(recent) * at).amax(1)
        # A missing value is a change: the difference is NaN, which is not 0.
        still = rows - 1 - ((recent.diff(dim=1) != 0) * at[:-1]).amax(1)
        stuck = torch.where(still >= self.stuck_after, STUCK, 0.0)
        return torch.where(silent >= self.missing_after, MISSING, stuck)

    def errors(self, x: Tensor, lively: Tensor | None = None) -> list[Tensor]:
        """Each view's reconstruction error by channel, ``[b, c]``, before it is scaled."""
        working = torch.ones((), dtype=x.dtype)
        return [
            self.quantiser(index).error(seen)
            for index, seen in enumerate(self.see(x, working, lively))
        ]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        sensors = self.sensors(x)
        return *self.judge(x, sensors), sensors

    def judge(
        self, x: Tensor, sensors: Tensor, lively: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Score ``[b]`` and contributions ``[b, c]``, given the sensors' states ``[b, c]``.

        ``lively`` ``[b, c]``: 0 for a channel whose noise says nothing now, else 1.
        """
        # A sensor that is out says nothing of the machine: its channel counts as missing.
        working = (sensors == 0).to(x.dtype).unsqueeze(1)
        powers = self.config.power, self.config.channel_power
        total = x.new_zeros(())
        blame = x.new_zeros(())
        for index, seen in enumerate(self.see(x, working, lively)):
            view, quantiser = self.config.views[index], self.quantiser(index)
            tails = (quantiser.error(seen) / quantiser.channel_tail).clamp(max=MOST_TAILS)
            by_channel = tails.pow(powers[1])  # [b, c]
            together = by_channel.sum(1, keepdim=True)  # [b, 1]
            evidence = (together.pow(1.0 / powers[1]) / quantiser.tail).clamp(max=self.config.limit)
            evidence = (view.weight * evidence).pow(powers[0])
            total = total + evidence
            # The share first: the product of the two powers would overflow.
            blame = blame + evidence * (by_channel / together.clamp(min=LEAST_TOTAL))
        score = total.squeeze(1).pow(1.0 / powers[0]) / self.unit
        blamed = blame.sum(1, keepdim=True)
        equal = torch.full_like(blame, 1.0 / self.config.channels)
        return score, torch.where(blamed > LEAST_TOTAL, blame / blamed, equal)

    def quantiser(self, index: int) -> Quantiser:
        return cast("Quantiser", self.quantisers[index])

    def see(self, x: Tensor, working: Tensor, lively: Tensor | None = None) -> list[Seen]:
        """Every view of windows. *working* ``[b, 1, c]`` or a number: 0 for what counts nothing.
        *lively* ``[b, c]``: 0 for a channel whose noise counts nothing."""
        noisy = working if lively is None else working * lively.unsqueeze(1)
        return [
            Seen(seen.values, seen.known * (noisy if view.kind in OF_NOISE else working))
            for view, seen in zip(self.config.views, self.look(x), strict=True)
        ]
