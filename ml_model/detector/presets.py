"""How each profile's model is shaped and its alerts are decided, as long as no flag differs."""

from __future__ import annotations

from dataclasses import dataclass

from ml_model.detector.model import ModelConfig
from ml_model.detector.views import View
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.profile import Profile

TARGET_PER_DAY = 0.5  # false alerts a device and day


@dataclass(frozen=True, slots=True)
class Preset:
    """The choices for one profile; see ``ModelConfig`` for ``views`` and ``early``."""

    views: tuple[View, ...]
    early: int
    hysteresis: Hysteresis

    def model_config(self, profile: Profile) -> ModelConfig:
        return ModelConfig(
            window=profile.window,
            channels=len(profile.channels),
            views=self.views,
            early=self.early,
        )


USUAL = Preset(
    views=(
        View("level", 4, relative=True),
        View("level", 16, relative=True),
        View("level", 2, blocks=4, relative=True, prototypes=64),
        View("level", 8),
        View("peak", 6, relative=True),
        View("spread", 8, relative=True),
        View("step", 15, relative=True),
    ),
    early=16,
    hysteresis=Hysteresis(raise_after=3, clear_after=10),
)
# A pump anywhere is judged against its own last minute and a half, never against the levels of the
# pumps it was trained on; slow changes are distinguished from noise by a longer view.
PUMP = Preset(
    views=(
        View("level", 4, relative=True),
        View("level", 16, relative=True),
        View("level", 32, relative=True),
        View("level", 4, blocks=8, relative=True, prototypes=256),
        View("peak", 8, relative=True),
        View("spread", 8, relative=True),
        View("step", 15, relative=True),
    ),
    early=64,
    hysteresis=Hysteresis(raise_after=4, clear_after=20),
)
PRESETS = {"pump": PUMP}


def preset_of(profile: Profile) -> Preset:
    return PRESETS.get(profile.name, USUAL)
