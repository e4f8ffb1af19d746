"""What follows from a covariate, such as the load a device was given, taken out of its readings.

Each channel has an expected value and an expected spread for each value of the covariate: curves
through knots, of any shape, so that a queue's long waits and a full processor's standstill are
known. A channel follows the covariate with its own lag. A slow one, such as a temperature, does not
get there within a window: what is expected of it is how fast it goes there from where it is. What
the covariate leaves, in units of the expected spread, is looked at in place of the readings.

Shapes: b windows, w readings each; the last r of them are judged, those before only serve the lag;
c channels that are judged; j knots.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

EARLY = 2  # of the readings judged every second, the first ones, say where a slow channel began


class Explanation(nn.Module):
    """What is expected of c channels, given the covariate."""

    low: Tensor  # [c] values are clamped to [low, high], as a model without covariate does
    high: Tensor  # [c]
    first: Tensor  # [] the first knot, in the covariate's unit
    apart: Tensor  # [] from one knot to the next
    kernel: Tensor  # [w, r * c] how far each reading of the covariate acts on each reading judged
    starts: Tensor  # [c] where a channel's curve begins in those below
    expected: Tensor  # [c * j] the value at each knot
    expected_rise: Tensor  # [c * j] from there to the next
    spread: Tensor  # [c * j] the spread at each knot
    spread_rise: Tensor  # [c * j]
    pull: Tensor  # [c * j] by how much a slow channel changes with each reading
    pull_rise: Tensor  # [c * j]
    rate: Tensor  # [c] and by how much less for each unit that its early readings are higher
    sums: Tensor  # [r, r] adds up all readings so far

    def __init__(self, window: int, judged: int, channels: int, knots: int) -> None:
        super().__init__()
        self.judged, self.channels, self.knots = judged, channels, knots
        self.register_buffer("low", torch.zeros(channels))
        self.register_buffer("high", torch.ones(channels))
        self.register_buffer("first", torch.zeros(()))
        self.register_buffer("apart", torch.ones(()))
        self.register_buffer("kernel", torch.zeros(window, judged * channels))
        self.register_buffer("starts", torch.arange(channels, dtype=torch.float32) * knots)
        for name in ("expected", "spread", "pull"):
            self.register_buffer(name, torch.zeros(channels * knots))
            self.register_buffer(f"{name}_rise", torch.zeros(channels * knots))
        self.register_buffer("rate", torch.zeros(channels))
        self.register_buffer("sums", torch.ones(judged, judged).tril())

    def forward(self, readings: Tensor, place: Tensor) -> Tensor:
        """What is left of *readings* ``[b, r, c]`` in expected spreads, NaN where they or the
        covariate are not known. *place* as ``locate`` finds it."""
        at = place.nan_to_num(0.0) + self.starts
        knot = at.to(torch.int64)
        beyond = at - knot.to(at.dtype)  # 0 to 1, of the way to the next knot
        expected = self.expected[knot] + beyond * self.expected_rise[knot]
        spread = self.spread[knot] + beyond * self.spread_rise[knot]
        left = torch.clamp(readings, self.low, self.high) - expected
        early = left.narrow(1, 0, self.judged // EARLY).nanmean(1, keepdim=True)  # [b, 1, c]
        pull = self.pull[knot] + beyond * self.pull_rise[knot] - self.rate * early.nan_to_num(0.0)
        left = (left - self.sums @ pull) / spread
        return left + (place - place)  # NaN where the place is

    def locate(self, covariate: Tensor) -> Tensor:
        """How many knots above the first the covariate ``[b, w]`` is, as each channel feels it at
        each reading: ``[b, r, c]``, NaN where nothing before is known."""
        known = (covariate == covariate).to(covariate.dtype)  # noqa: PLR0124 (NaN is not itself)
        # Beyond the last knot a device is asked for more than any was seen to be asked for.
        place = ((covariate - self.first) / self.apart).clamp(0.0, self.knots - 1.0)
        # A mean of what is known, so that a message that is lost leaves no hole.
        lagged = (place.nan_to_num(0.0) @ self.kernel) / (known @ self.kernel)
        return lagged.clamp(0.0, self.knots - 1.0).reshape(-1, self.judged, self.channels)
