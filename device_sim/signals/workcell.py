"""A robot workcell: its load drives power, response time, temperature and vibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_sim.signals.duty import SHIFTS, Cycle, DutyState, Shift, draw_duty, shift_share
from device_sim.signals.model import Demand, Place, State, Trait
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
    "cpu_pct": Trait(10.0),
    "energy_w": Trait(125.0),
    "response_ms": Trait(10.0),
    "temperature_c": Trait(1.0, falls=True),
    "vibration_mm_s": Trait(0.16),
}

CYCLE = Cycle(
    levels=(0.15, 0.4, 0.55, 0.75, 0.9), weights=(1.0, 3.0, 4.0, 2.0, 1.0), shortest=90, longest=900
)
RAMP_TAU = 10.0
SHIFT_TAU = 300.0
CABINET_TAU = 900.0
# The highest load a processor can show; work beyond it waits, up to MOST_LOAD.
MOST_CPU_PCT = 99.5
MOST_LOAD = 2.0
# How much warmer a cabinet gets when its cooling fails.
TRAPPED_C = 15.0
COOLING_TAU = 60.0
# Wear is told by the vibration it adds. It adds these shares of that to response time and power:
# after 400 days, at 8 % more vibration, 4 % and 2 %.
WORN_SERVICE = 0.5
WORN_WATTS = 0.25


@dataclass(frozen=True, slots=True)
class Workcell:
    """One workcell's operating point."""

    place: Place
    shift: Shift
    idle_cpu_pct: float
    cpu_per_load: float
    idle_w: float
    watts_per_load: float
    service_ms: float
    room_c: float
    heating_c: float
    vibration_mm_s: float
    wear_per_day: float

    @classmethod
    def draw(cls, rng: np.random.Generator, place: Place) -> Workcell:
        return cls(
            place=place,
            shift=SHIFTS[int(rng.integers(len(SHIFTS)))],
            idle_cpu_pct=rng.normal(9.0, 0.8),
            cpu_per_load=rng.normal(78.0, 2.5),
            idle_w=rng.normal(260.0, 10.0),
            watts_per_load=rng.normal(950.0, 30.0),
            service_ms=rng.normal(22.0, 0.8),
            room_c=rng.normal(22.0, 0.8),
            heating_c=rng.normal(19.0, 0.8),
            vibration_mm_s=rng.normal(0.9, 0.05),
            wear_per_day=rng.uniform(0.0, 0.0002),
        )

    def begin(self, rng: np.random.Generator) -> State:
        return {
            "level": 0.4, "remaining": 0.0, "shift": 0.8, "load": 0.4, "heat": 0.4,
            "jitter": rng.normal(0.0, 1.0), "room": rng.normal(0.0, 0.3), "trapped": 0.0,
            "age_days": rng.uniform(0, 400),
        }  # fmt: skip

    def block(
        self,
        state: State,
        rng: np.random.Generator,
        t_ms: Times,
        demand: Demand | None = None,
    ) -> tuple[dict[str, Floats], State]:
        n = len(t_ms)
        wanted, cycle = self._follow_cycle(state, rng, t_ms)
        # What is asked for; the processor does as much of it as it can.
        load = lag(wanted if demand is None else self._load_of(demand), RAMP_TAU, state["load"])
        work = np.minimum(load, (MOST_CPU_PCT - self.idle_cpu_pct) / self.cpu_per_load)
        heat = lag(work, CABINET_TAU, state["heat"])
        jitter = draw_coloured(rng, n, 6.0, 1.0, state["jitter"])
        room = draw_coloured(rng, n, 3000.0, 0.3, state["room"])
        day = daily(hour_of_day(t_ms, self.place.utc_offset_h), peak_h=15.5)
        wear = self.wear_per_day * state["age_days"]
        speed = np.ones(n) if demand is None else demand.speed
        trapped = lag(np.where(speed < 1.0, TRAPPED_C, 0.0), COOLING_TAU, state["trapped"])
        warmth = 2.2 * day + room + self.heating_c * heat + trapped
        declared = np.full(n, np.nan) if demand is None else demand.declared_pct
        channels = {
            **self._run_processor(rng, work, jitter, wear=wear, speed=speed),
            "temperature_c": quantise(self.room_c + warmth + rng.normal(0, 0.06, n), 0.01),
            "vibration_mm_s": quantise(
                self.vibration_mm_s
                * (1.0 + wear)
                * (1 + 1.1 * work)
                * (1 + rng.normal(0, 0.05, n)),
                0.001,
            ),
            "load_pct": quantise(declared, 0.01),
        }
        after = {
            **cycle,
            "load": float(load[-1]),
            "heat": float(heat[-1]),
            "jitter": float(jitter[-1]),
            "room": float(room[-1]),
            "trapped": float(trapped[-1]),
            "age_days": state["age_days"] + float(t_ms[-1] - t_ms[0]) / DAY_MS,
        }
        return channels, after

    def _follow_cycle(
        self, state: State, rng: np.random.Generator, t_ms: Times
    ) -> tuple[Floats, dict[str, float]]:
        """The load [n] of the duty cycle and the shifts, and their state after."""
        before = DutyState(state["level"], int(state["remaining"]))
        wanted, stage = draw_duty(CYCLE, rng, len(t_ms), before)
        working_hours = shift_share(self.shift, t_ms, self.place.utc_offset_h)
        share = lag(working_hours, SHIFT_TAU, state["shift"])
        after = {
            "level": stage.level,
            "remaining": float(stage.remaining),
            "shift": float(share[-1]),
        }
        return wanted * share, after

    def _load_of(self, demand: Demand) -> Floats:
        """The load [n] of the work asked for: all of it takes longer on a slow processor."""
        cpu_pct = (self.idle_cpu_pct + demand.work_pct) / demand.speed
        return np.minimum((cpu_pct - self.idle_cpu_pct) / self.cpu_per_load, MOST_LOAD)

    def _run_processor(
        self, rng: np.random.Generator, work: Floats, jitter: Floats, *, wear: float, speed: Floats
    ) -> dict[str, Floats]:
        """Processor, power and response time; waiting grows as in a queue near its limit."""
        n = len(work)
        cpu = self.idle_cpu_pct + self.cpu_per_load * work + 1.3 * jitter
        cpu = np.clip(cpu, 0.5, MOST_CPU_PCT)
        watts = self.watts_per_load * (1.0 + WORN_WATTS * wear)
        energy = self.idle_w + watts * work + 6.0 * jitter + rng.normal(0, 6.0, n)
        service_ms = self.service_ms * (1.0 + WORN_SERVICE * wear) / speed
        waiting = service_ms / (1.0 - np.minimum(cpu / 100.0, 0.95))
        response = waiting * np.exp(rng.normal(0.0, 0.05, n))
        return {
            "cpu_pct": quantise(cpu, 0.1),
            "energy_w": quantise(energy, 0.5),
            "response_ms": quantise(response, 0.1),
        }
