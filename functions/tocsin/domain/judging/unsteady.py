"""Where devices of a kind differ in how steady they are, a weak excursion must last longer.

Near full load a device that is a percent or two fuller than its kind answers much less steadily at
the same load: its answers stray for some readings, and are back. A model that knows the load knows
how steady its kind is there, not how steady this device. So a score that is only a little above the
threshold raises an alert there if it lasts; one that is far above it does so at once, as anywhere.
The readings are anomalous all the same, and shown so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.profile import Profile

LASTS = 12  # readings in a row; of healthy simulated workcells none strayed for more than 10
STRONG = 1.5  # times the threshold; of healthy simulated workcells none strayed to 1.4


@dataclass(frozen=True, slots=True)
class Unsteady:
    """From ``low`` to ``high`` of the covariate. ``hysteresis``: of weak excursions there."""

    low: float
    high: float
    hysteresis: Hysteresis

    @classmethod
    def of(cls, profile: Profile, usual: Hysteresis) -> Unsteady | None:
        """None where devices of *profile* are equally steady everywhere."""
        covariate = profile.covariate
        if covariate is None or covariate.unsteady is None:
            return None
        patient = replace(usual, raise_after=max(usual.raise_after, LASTS))
        return cls(*covariate.unsteady, patient)

    def choose(
        self, usual: Hysteresis, covariate: float | None, score: float, threshold: float
    ) -> Hysteresis:
        """What holds for a reading with *score* at *covariate*, None or NaN if not told."""
        if covariate is None or not self.low <= covariate <= self.high:
            return usual
        return self.hysteresis if score <= STRONG * threshold else usual
