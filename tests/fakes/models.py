"""Models that need no torch."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.models.bundle import BundleSpec
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile

THRESHOLD = 10.0
USUAL_SCORE = 4.0


def spec_of(
    profile: Profile,
    *,
    version: str = "fake-1",
    raise_after: int = 2,
    clear_after: int = 3,
    cooldown_s: float = 0.0,
    threshold: float = THRESHOLD,
    tail: Tail | None = None,
    usual_score: float = USUAL_SCORE,
) -> BundleSpec:
    return BundleSpec(
        profile=profile.name,
        version=version,
        channels=profile.channel_names,
        window=profile.window,
        threshold=threshold,
        tail=tail,
        usual_score=usual_score,
        hysteresis=Hysteresis(raise_after, clear_after),
        cooldown_s=cooldown_s,
        program_file="model.pt2",
        program_sha256="",
    )


class FakeModel:
    """How far the last reading lies from the weighted mean of its window.

    Later readings weigh more, so a window in another order, or cut elsewhere, scores differently.
    A window whose last reading shows *fails_on* in any channel raises. ``passes`` counts calls.
    A sensor is missing after *missing_after* readings without a value, stuck after *stuck_after*
    readings with the same one.
    """

    def __init__(
        self,
        spec: BundleSpec,
        *,
        fails_on: float | None = None,
        missing_after: int | None = None,
        stuck_after: int | None = None,
    ) -> None:
        self.spec = spec
        self.fails_on = fails_on
        self.missing_after = missing_after
        self.stuck_after = stuck_after
        self.passes = 0

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        assert windows.dtype == np.float32
        assert windows.shape[1:] == (self.spec.window, len(self.spec.channels))
        self.passes += 1
        if self.fails_on is not None and (windows[:, -1] == self.fails_on).any():
            raise RuntimeError("this model does not take that")
        known = np.nan_to_num(np.ascontiguousarray(windows)).astype(np.float64)
        weights = np.arange(1, known.shape[1] + 1, dtype=np.float64)[None, :, None]
        distance = np.abs(known[:, -1] - (known * weights).sum(axis=1) / weights.sum())
        score = distance.sum(axis=1)
        shares = np.where(score[:, None] > 0, distance / np.maximum(score[:, None], 1e-12), 0.0)
        return score.astype(np.float32), shares.astype(np.float32), self._sensors(windows)

    def _sensors(self, windows: NDArray[np.float32]) -> NDArray[np.int8]:
        states = np.zeros((len(windows), windows.shape[2]), dtype=np.int8)
        if self.stuck_after is not None:
            last = windows[:, -self.stuck_after :]
            states[(last == last[:, :1]).all(axis=1)] = 2
        if self.missing_after is not None:
            states[np.isnan(windows[:, -self.missing_after :]).all(axis=1)] = 1
        return states


class FakeModels:
    """The port Models over ready models; a profile without one has none active."""

    def __init__(self, *models: FakeModel) -> None:
        self.by_profile = {model.spec.profile: model for model in models}
        self.refused: dict[str, str] = {}

    async def current(self, profile: Profile) -> FakeModel | None:
        return self.by_profile.get(profile.name)

    async def state(self, profile: Profile) -> ModelState:
        model = self.by_profile.get(profile.name)
        version = None if model is None else model.spec.version
        return ModelState(version=version, refused=self.refused.get(profile.name))

    def list_refused(self) -> Mapping[str, str]:
        return self.refused
