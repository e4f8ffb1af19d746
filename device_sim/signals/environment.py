"""A battery-powered room climate sensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.model import Place, State, Trait
from device_sim.signals.shapes import (
    DAY_MS,
    Floats,
    Times,
    daily,
    draw_coloured,
    hour_of_day,
    quantise,
)

TRAITS = {
    "temperature_c": Trait(0.2, falls=True),
    "humidity_pct": Trait(0.7, falls=True),
    "battery_pct": Trait(0.3, falls=True),
}

SWAPPED_AT_PCT = 12.0
ROOM_TAU = 1800.0
MOISTURE_TAU = 2400.0


@dataclass(frozen=True, slots=True)
class Environment:
    """One sensor's room and battery."""

    place: Place
    room_c: float
    swing_c: float
    humidity_pct: float
    battery_pct: float
    drain_pct_per_day: float

    @classmethod
    def draw(cls, rng: np.random.Generator, place: Place) -> Environment:
        return cls(
            place=place,
            room_c=rng.normal(21.5, 0.8),
            swing_c=rng.uniform(1.2, 2.4),
            humidity_pct=rng.normal(44.0, 2.0),
            battery_pct=rng.uniform(55.0, 98.0),
            drain_pct_per_day=rng.uniform(0.1, 0.25),
        )

    def begin(self, rng: np.random.Generator) -> State:
        return {
            "room": rng.normal(0.0, 0.3),
            "moisture": rng.normal(0.0, 0.9),
            "battery": self.battery_pct,
        }

    def block(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[dict[str, Floats], State]:
        n = len(t_ms)
        day = daily(hour_of_day(t_ms, self.place.utc_offset_h), peak_h=15.0)
        room = draw_coloured(rng, n, ROOM_TAU, 0.3, state["room"])
        moisture = draw_coloured(rng, n, MOISTURE_TAU, 0.9, state["moisture"])
        temperature = self.room_c + self.swing_c * day + room
        # Warm air holds more water: the same moisture is a lower relative humidity.
        humidity = self.humidity_pct - 1.9 * (temperature - self.room_c) + moisture
        battery = self._drain_battery(state["battery"], temperature, t_ms)
        shown = battery - 0.25 * np.maximum(0.0, 20.0 - temperature)
        channels = {
            "temperature_c": quantise(temperature + rng.normal(0, 0.05, n), 0.01),
            "humidity_pct": quantise(humidity + rng.normal(0, 0.25, n), 0.05),
            "battery_pct": quantise(np.clip(shown + rng.normal(0, 0.25, n), 0.0, 100.0), 0.1),
        }
        left = float(battery[-1])
        after = {
            "room": float(room[-1]),
            "moisture": float(moisture[-1]),
            "battery": left if left > SWAPPED_AT_PCT else 100.0,
        }
        return channels, after

    def _drain_battery(self, before: float, temperature_c: Floats, t_ms: Times) -> Floats:
        """Charge left at each reading; away from 20 °C a battery drains faster."""
        rate = self.drain_pct_per_day * (1.0 + 0.02 * np.abs(temperature_c - 20.0))
        elapsed_days = np.diff(t_ms, prepend=t_ms[0]) / DAY_MS
        left: Floats = before - np.cumsum(rate * elapsed_days)
        return left
