"""A model that knows the covariate where it is told, and one beside it for where it is not.

Shapes as in covariate.py: windows ``[b, w, c + 1]``, the covariate last.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml_model.detector.covariate import Explanation
from ml_model.detector.model import ModelConfig, WindowAutoencoder
from ml_model.detector.views import Views

KNOWN_SHARE = 0.75  # of a window's covariate, or the window is judged without it


@dataclass(frozen=True, slots=True)
class InformedConfig:
    """What fixes the program's shape.

    ``model``: of both models, whose window is the readings judged, at a window's end; ``knots`` of
    the covariate's curves.
    """

    window: int
    model: ModelConfig
    knots: int

    @property
    def channels(self) -> int:
        """Those of a window, the covariate among them."""
        return self.model.channels + 1


class InformedAutoencoder(nn.Module):
    """Maps raw windows ``[b, w, c + 1]`` to (score ``[b]``, contributions, sensors ``[b, c + 1]``).

    The covariate contributes nothing, and its sensor always works: it is not what is judged.
    """

    held: Tensor  # [c] the place on its curve from which the covariate holds a channel at its limit
    least_known: Tensor  # [] share of a window's covariate that is needed; above 1 it is never used
    padding: Tensor  # [c, c + 1] puts nothing where the covariate is

    def __init__(self, config: InformedConfig) -> None:
        super().__init__()
        self.config = config
        judged, channels = config.model.window, config.model.channels
        self.explanation = Explanation(config.window, judged, channels, config.knots)
        self.informed = WindowAutoencoder(config.model)
        self.plain = WindowAutoencoder(config.model)
        self.register_buffer("held", torch.full((channels,), torch.inf))
        self.register_buffer("least_known", torch.tensor(KNOWN_SHARE))
        self.register_buffer("padding", torch.eye(channels, channels + 1))

    @property
    def uses_covariate(self) -> bool:
        return self.least_known.item() <= 1.0

    @property
    def look(self) -> Views:
        """The plain model's, whose scaler is that of raw readings."""
        return self.plain.look

    def cut(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The readings judged ``[b, r, c]`` and the covariate ``[b, w]`` of windows."""
        channels, judged = self.config.model.channels, self.config.model.window
        recent = x.narrow(1, self.config.window - judged, judged).narrow(2, 0, channels)
        return recent, x.narrow(2, channels, 1).squeeze(2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        recent, covariate = self.cut(x)
        known = (~torch.isnan(covariate)).to(x.dtype).mean(1) >= self.least_known  # [b]
        told = known.unsqueeze(1)
        place = self.explanation.locate(covariate)
        lively = self.find_lively(place)
        sensors = self.informed.sensors(recent)
        # Where the covariate holds a channel at its limit, standing still is what it should do.
        sensors = torch.where(lively == 0, (sensors == 1).to(x.dtype), sensors)
        sensors = torch.where(told, sensors, self.plain.sensors(recent))
        left = self.explanation(recent, place)
        with_it = self.informed.judge(left, sensors, lively)
        without = self.plain.judge(recent, sensors)
        score = torch.where(known, with_it[0], without[0])
        contributions = torch.where(told, with_it[1], without[1])
        return score, contributions @ self.padding, sensors @ self.padding

    def find_lively(self, place: Tensor) -> Tensor:
        """Which channels ``[b, c]`` the covariate did not hold at their limit lately: 1 or 0."""
        return (~(place.nan_to_num(0.0).amax(1) >= self.held)).to(place.dtype)


Exportable = WindowAutoencoder | InformedAutoencoder
