"""How each profile's model is shaped and its alerts decided, unless the command line says else."""

from __future__ import annotations

from dataclasses import dataclass

from ml_model.model import ModelConfig
from tocsin.domain.profile import Profile
from tocsin.domain.scoring import Hysteresis

TARGET_PER_DAY = 0.5  # false alerts a device and day
USUAL_HYSTERESIS = Hysteresis(raise_after=3, clear_after=10)


@dataclass(frozen=True, slots=True)
class Preset:
    """The choices for one profile; see ``ModelConfig`` for ``absolute`` and ``recent``."""

    absolute: bool = True
    recent: int = 16
    hysteresis: Hysteresis = USUAL_HYSTERESIS

    def model_config(self, profile: Profile) -> ModelConfig:
        return ModelConfig(
            window=profile.window,
            channels=len(profile.channels),
            absolute=self.absolute,
            recent=self.recent,
        )


PRESETS = {
    # A pump anywhere is judged against its own last minute and a half, never against the levels of
    # the pumps it was trained on; slow changes are told from noise by a longer look.
    "pump": Preset(absolute=False, recent=32, hysteresis=Hysteresis(5, 20)),
}


def preset_of(profile: Profile) -> Preset:
    return PRESETS.get(profile.name, Preset())
