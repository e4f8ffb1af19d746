"""A centrifugal pump in a small water loop, running at constant speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.model import Place, State, Trait
from device_sim.signals.shapes import (
    DAY_MS,
    Floats,
    Times,
    daily,
    draw_bounded,
    draw_coloured,
    hour_of_day,
    quantise,
)

TRAITS = {
    "vibration1_g": Trait(0.0004),
    "vibration2_g": Trait(0.0009),
    "current_a": Trait(0.28),
    "pressure_bar": Trait(0.25, falls=True),
    "temperature_c": Trait(0.9, falls=True),
    "thermocouple_c": Trait(0.08, falls=True),
    "voltage_v": Trait(10.5, falls=True),
    "flow_lpm": Trait(0.45, falls=True),
}

# The pressure sensor's converter is coarse: 0.328 bar a step.
PRESSURE_STEP_BAR = 0.327927
PRESSURE_OFFSET_BAR = 0.054711
BODY_TAU = 1500.0
WATER_TAU = 4000.0
DEMAND_TAU = 500.0
SWELL_TAU = 60.0


@dataclass(frozen=True, slots=True)
class Pump:
    """One pump's operating point."""

    place: Place
    flow_lpm: float
    current_a: float
    pressure_bar: float
    body_c: float
    water_c: float
    vibration1_g: float
    vibration2_g: float
    beat_readings: float
    bearing_wear_per_day: float

    @classmethod
    def draw(cls, rng: np.random.Generator, place: Place) -> Pump:
        return cls(
            place=place,
            flow_lpm=rng.normal(32.0, 0.12),
            current_a=rng.normal(0.98, 0.025),
            pressure_bar=rng.normal(0.065, 0.012),
            body_c=rng.normal(72.0, 2.5),
            water_c=rng.normal(25.2, 0.45),
            vibration1_g=rng.normal(0.0272, 0.0003),
            vibration2_g=rng.normal(0.0400, 0.0004),
            beat_readings=rng.uniform(90.0, 150.0),
            bearing_wear_per_day=rng.uniform(0.0, 0.00005),
        )

    def begin(self, rng: np.random.Generator) -> State:
        return {
            "demand": rng.normal(0.0, 0.003),
            "body": rng.normal(0.0, 0.9),
            "water": rng.normal(0.0, 0.08),
            "swell": rng.normal(0.0, 0.4),
            "beat": rng.uniform(0.0, 1.0),
            "age_days": rng.uniform(0.0, 400.0),
        }

    def block(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[dict[str, Floats], State]:
        n = len(t_ms)
        day = daily(hour_of_day(t_ms, self.place.utc_offset_h), peak_h=15.0)
        demand = draw_coloured(rng, n, DEMAND_TAU, 0.003, state["demand"])
        body = draw_coloured(rng, n, BODY_TAU, 0.9, state["body"])
        water = draw_coloured(rng, n, WATER_TAU, 0.08, state["water"])
        swell = draw_coloured(rng, n, SWELL_TAU, 0.4, state["swell"])
        wear = 1.0 + self.bearing_wear_per_day * state["age_days"]
        channels = {
            **self._draw_electrical(rng, state["beat"], demand),
            **self._draw_hydraulic(rng, demand),
            **self._draw_mechanical(rng, demand, swell, wear),
            "temperature_c": quantise(
                self.body_c + 0.7 * day + body + 60 * demand + rng.normal(0, 0.08, n), 1e-4
            ),
            "thermocouple_c": quantise(
                self.water_c + 0.12 * day + water + rng.normal(0, 0.005, n), 1e-4
            ),
        }
        after = {
            "demand": float(demand[-1]),
            "body": float(body[-1]),
            "water": float(water[-1]),
            "swell": float(swell[-1]),
            "beat": (state["beat"] + n / self.beat_readings) % 1.0,
            "age_days": state["age_days"] + float(t_ms[-1] - t_ms[0]) / DAY_MS,
        }
        return channels, after

    def _draw_electrical(
        self, rng: np.random.Generator, beat: float, demand: Floats
    ) -> dict[str, Floats]:
        """Current and voltage of a supply sampled far below its frequency: a slow beat stays."""
        n = len(demand)
        shared = draw_bounded(rng, n, 2.2)
        own = draw_bounded(rng, n, 2.2)
        swing = np.sin(2 * np.pi * (beat + np.arange(1, n + 1) / self.beat_readings))
        current = self.current_a * (1.0 + 2.0 * demand)
        current = current + 0.24 * swing + 0.10 * shared + 0.19 * own
        voltage = 230.8 + 8.0 * shared + 7.4 * draw_bounded(rng, n, 2.0)
        return {
            "current_a": quantise(np.maximum(current, 0.35), 1e-5),
            "voltage_v": quantise(voltage, 1e-3),
        }

    def _draw_hydraulic(self, rng: np.random.Generator, demand: Floats) -> dict[str, Floats]:
        """Pressure in the coarse steps of its converter; flow from a meter counting litres."""
        n = len(demand)
        pressure = self.pressure_bar + 0.235 * rng.standard_normal(n)
        flow = self.flow_lpm * (1.0 + demand) + 0.42 * draw_bounded(rng, n, 2.3)
        between = rng.random(n) < 0.5
        return {
            "pressure_bar": quantise(pressure, PRESSURE_STEP_BAR, PRESSURE_OFFSET_BAR),
            "flow_lpm": np.where(between, quantise(flow, 1e-3), quantise(flow, 1.0)),
        }

    def _draw_mechanical(
        self, rng: np.random.Generator, demand: Floats, swell: Floats, wear: float
    ) -> dict[str, Floats]:
        n = len(demand)
        first = self.vibration1_g * wear * (1.0 + 0.5 * demand) + 0.00012 * swell
        second = self.vibration2_g * wear * (1.0 + 0.5 * demand) + 0.0011 * swell
        return {
            "vibration1_g": quantise(first + 0.00033 * rng.standard_normal(n), 1e-7),
            "vibration2_g": quantise(second + 0.0007 * rng.standard_normal(n), 1e-7),
        }
