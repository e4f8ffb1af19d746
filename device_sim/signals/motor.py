"""An electric motor on a conveyor: winding temperature lags the load, vibration its speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.duty import SHIFTS, Cycle, DutyState, Shift, draw_duty, shift_share
from device_sim.signals.model import Place, State, Trait
from device_sim.signals.shapes import (
    DAY_MS,
    Floats,
    Times,
    daily,
    draw_coloured,
    hour_of_day,
    lag,
    quantise,
)

TRAITS = {
    "temperature_c": Trait(2.8, falls=True),
    "vibration_mm_s": Trait(0.25),
}

CYCLE = Cycle(levels=(0.35, 0.6, 0.8), weights=(1.0, 3.0, 2.0), shortest=200, longest=1500)
RAMP_TAU = 15.0
SHIFT_TAU = 300.0
WINDING_TAU = 1100.0


@dataclass(frozen=True, slots=True)
class Motor:
    """One motor's operating point."""

    place: Place
    shift: Shift
    ambient_c: float
    heating_c: float
    floor_mm_s: float
    speed_mm_s: float
    wear_per_day: float

    @classmethod
    def draw(cls, rng: np.random.Generator, place: Place) -> Motor:
        return cls(
            place=place,
            shift=SHIFTS[int(rng.integers(len(SHIFTS)))],
            ambient_c=rng.normal(23.0, 1.0),
            heating_c=rng.normal(62.0, 2.0),
            floor_mm_s=rng.normal(0.9, 0.04),
            speed_mm_s=rng.normal(1.9, 0.06),
            wear_per_day=rng.uniform(0.0, 0.0003),
        )

    def begin(self, rng: np.random.Generator) -> State:
        return {
            "level": 0.6, "remaining": 0.0, "shift": 0.8, "speed": 0.5, "heat": 0.4,
            "ambient": rng.normal(0.0, 0.5), "imbalance": rng.normal(0.0, 0.02),
            "age_days": rng.uniform(0, 400),
        }  # fmt: skip

    def block(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[dict[str, Floats], State]:
        n = len(t_ms)
        before = DutyState(state["level"], int(state["remaining"]))
        wanted, stage = draw_duty(CYCLE, rng, n, before)
        share = lag(
            shift_share(self.shift, t_ms, self.place.utc_offset_h), SHIFT_TAU, state["shift"]
        )
        speed = lag(wanted * share, RAMP_TAU, state["speed"])
        # Losses in the winding grow faster than the load.
        heat = lag(speed**1.5, WINDING_TAU, state["heat"])
        ambient = draw_coloured(rng, n, 2500.0, 0.5, state["ambient"])
        imbalance = draw_coloured(rng, n, 400.0, 0.02, state["imbalance"])
        day = daily(hour_of_day(t_ms, self.place.utc_offset_h), peak_h=15.0)
        wear = 1.0 + self.wear_per_day * state["age_days"] + imbalance
        temperature = self.ambient_c + 3.0 * day + ambient + self.heating_c * heat
        vibration = (self.floor_mm_s + self.speed_mm_s * speed**2) * wear
        channels = {
            "temperature_c": quantise(temperature + rng.normal(0, 0.12, n), 0.01),
            "vibration_mm_s": quantise(vibration * (1 + rng.normal(0, 0.05, n)), 0.001),
        }
        after = {
            "level": stage.level,
            "remaining": float(stage.remaining),
            "shift": float(share[-1]),
            "speed": float(speed[-1]),
            "heat": float(heat[-1]),
            "ambient": float(ambient[-1]),
            "imbalance": float(imbalance[-1]),
            "age_days": state["age_days"] + float(t_ms[-1] - t_ms[0]) / DAY_MS,
        }
        return channels, after
