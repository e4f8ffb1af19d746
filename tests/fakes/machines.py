"""A machine that is switched off and on, and what is known of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tests.fakes.messages import NOW, PERIOD_MS, document, envelope
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.profile import Profile, parse_profile

CHANNELS = [
    {"name": name, "title": name, "unit": "1", "low": -200, "high": 200}
    for name in ("force_kn", "heat_c")
]


def make_profile(states: object) -> Profile:
    return parse_profile(
        {
            "name": "press",
            "title": "press",
            "period_s": PERIOD_MS / 1_000,
            "window": 6,
            "channels": CHANNELS,
            "states": states,
        }
    )


ACTIVITY = {"activity": [{"channel": "force_kn"}], "start_s": 20}
PRESS = make_profile(ACTIVITY)
STATELESS = make_profile(None)
CODES = {"0": "off", "1": "idle", "2": "running", "3": "starting"}
TOLD = make_profile({"told_by": "mode", "names": CODES, "start_s": 20})
IDLING = make_profile(
    {"activity": [{"channel": "force_kn", "off_below": 6, "idle_below": 40}], "start_s": 20}
)
# A machine that says that it is on, and takes its time to come up.
OVEN = make_profile(
    {
        "told_by": "mode",
        "names": CODES,
        "reach": [{"channel": "heat_c", "at": 15}],
        "start_s": 20,
    }
)
AT_WORK = {"force_kn": (50.0, 65.0)}


def make_plant(profile: Profile = PRESS) -> Plant:
    """A plant that knows presses; their model was trained on them at work."""
    spec = replace(spec_of(profile), usual_values=AT_WORK)
    model = FakeModel(spec, stuck_after=4, missing_after=4)
    return Plant(models=FakeModels(model), profiles={"press": profile})


@dataclass
class Press:
    """Sends a reading a period: 60 kN at work, next to nothing when it is off."""

    now_ms: int = NOW - 5_000_000
    seq: int = 0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))

    def run(
        self,
        periods: int,
        *,
        force: float = 60.0,
        heat: float = 20.0,
        mode: object = ...,
        size: int = 5,
    ) -> list[Envelope]:
        """Messages of *size* readings around these values."""
        values = np.column_stack((np.full(periods, force), np.full(periods, heat)))
        return self.send(values + self.rng.normal(size=values.shape) * 0.3, mode=mode, size=size)

    def rest(self, periods: int, **more: int) -> list[Envelope]:
        """Off: a sensor of it is stuck, and another says nothing."""
        return self.send([(0.0, None)] * periods, **more)

    def ramp(self, periods: int, to: float = 60.0) -> list[Envelope]:
        """From next to nothing up to *to*."""
        return self.send([(to * (1 + at) / periods, 20.0) for at in range(periods)])

    def send(
        self,
        values: Sequence[Sequence[float | None]] | np.ndarray,
        *,
        mode: object = ...,
        size: int = 5,
    ) -> list[Envelope]:
        messages = []
        for start in range(0, len(values), size):
            part = values[start : start + size]
            t = [self.now_ms + (1 + at) * PERIOD_MS for at in range(len(part))]
            self.now_ms = t[-1]
            channels: dict[str, list[object]] = {
                "force_kn": [None if row[0] is None else round(float(row[0]), 3) for row in part],
                "heat_c": [None if row[1] is None else round(float(row[1]), 3) for row in part],
            }
            if mode is not ...:
                channels["mode"] = [mode] * len(part)
            body = document(profile="press", seq=self.seq, t=t, channels=channels)
            messages.append(envelope(body, device_id="press-1", enqueued_at=t[-1] + 40))
            self.seq += 1
        return messages
