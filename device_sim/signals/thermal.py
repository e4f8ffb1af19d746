"""A probe on an oven that a thermostat switches on and off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.duty import SHIFTS, Shift, shift_share
from device_sim.signals.model import Place, State, Trait
from device_sim.signals.shapes import Floats, Times, draw_coloured, lag, quantise

TRAITS = {"temperature_c": Trait(1.8, falls=True)}

STANDBY_DROP_C = 20.0
PROBE_TAU = 12.0
PROGRAMME_TAU = 600.0


@dataclass(frozen=True, slots=True)
class Thermal:
    """One oven: where it is held, how fast it heats, how well it is insulated."""

    place: Place
    shift: Shift
    setpoint_c: float
    band_c: float
    heating_c_per_s: float
    loss_per_s: float
    sensor_ageing_c_per_day: float

    @classmethod
    def draw(cls, rng: np.random.Generator, place: Place) -> Thermal:
        return cls(
            place=place,
            shift=SHIFTS[int(rng.integers(len(SHIFTS)))],
            setpoint_c=rng.normal(180.0, 3.0),
            band_c=rng.uniform(2.6, 3.4),
            heating_c_per_s=rng.uniform(0.13, 0.17),
            loss_per_s=rng.uniform(0.00035, 0.00045),
            sensor_ageing_c_per_day=rng.uniform(-0.002, 0.002),
        )

    def begin(self, rng: np.random.Generator) -> State:
        start = self.setpoint_c + rng.uniform(-self.band_c, self.band_c)
        return {
            "oven": start, "probe": start, "heating": float(rng.integers(2)),
            "setpoint": self.setpoint_c, "draught": 0.0, "age_days": rng.uniform(0, 400),
        }  # fmt: skip

    def block(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[dict[str, Floats], State]:
        n = len(t_ms)
        working = shift_share(self.shift, t_ms, self.place.utc_offset_h)
        wanted = np.where(working >= 1.0, self.setpoint_c, self.setpoint_c - STANDBY_DROP_C)
        setpoint = lag(wanted, PROGRAMME_TAU, state["setpoint"])
        draught = draw_coloured(rng, n, 120.0, 0.12, state["draught"])
        period_s = float(t_ms[-1] - t_ms[0]) / max(n - 1, 1) / 1000.0
        oven, heating = self._follow_thermostat(
            state["oven"], state["heating"] > 0, setpoint, period_s
        )
        probe = lag(oven, PROBE_TAU, state["probe"])
        age_days = state["age_days"] + n * period_s / 86_400
        bias = self.sensor_ageing_c_per_day * age_days
        shown = probe + draught + bias + rng.normal(0, 0.15, n)
        after = {
            "oven": float(oven[-1]),
            "probe": float(probe[-1]),
            "heating": float(heating),
            "setpoint": float(setpoint[-1]),
            "draught": float(draught[-1]),
            "age_days": age_days,
        }
        return {"temperature_c": quantise(shown, 0.01)}, after

    def _follow_thermostat(
        self, oven_c: float, heating: bool, setpoint_c: Floats, period_s: float
    ) -> tuple[Floats, bool]:
        """Follow the thermostat step by step: on below the band, off above it."""
        followed = []
        for setpoint in setpoint_c.tolist():
            if oven_c < setpoint - self.band_c:
                heating = True
            elif oven_c > setpoint + self.band_c:
                heating = False
            gain = self.heating_c_per_s if heating else 0.0
            oven_c += (gain - self.loss_per_s * (oven_c - 22.0)) * period_s
            followed.append(oven_c)
        return np.asarray(followed), heating
