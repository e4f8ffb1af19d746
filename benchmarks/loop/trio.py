"""One scenario with the optimiser, without, and with an oracle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from benchmarks.loop.run import STILL_FOR_S, Result, run_scenario
from benchmarks.loop.scenario import LASTS_S, Scenario, draw_scenario

# Added to both sides of a ratio: a minute of a task of priority 1, since a paused run may be
# without any lateness, and a second more than none is no infinite harm.
LEAST_LATE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Trio:
    """One scenario in its three ways."""

    scenario: Scenario
    optimiser: Result
    paused: Result
    oracle: Result

    @property
    def ratio(self) -> float:
        return _divide(self.optimiser.late_s, self.paused.late_s)

    @property
    def oracle_ratio(self) -> float:
        return _divide(self.oracle.late_s, self.paused.late_s)

    @property
    def moves_per_task(self) -> float:
        return len(self.optimiser.moved_at_s) / max(self.optimiser.concerned, 1)

    @property
    def moves_after_end(self) -> int:
        still_from_s = max(LASTS_S - STILL_FOR_S, self.scenario.ends_s + 3_600)
        return sum(at_s >= still_from_s for at_s in self.optimiser.moved_at_s)

    def describe(self) -> dict[str, Any]:
        return {
            "number": self.scenario.number,
            "pattern": self.scenario.pattern,
            "workcells": len(self.scenario.cells),
            "load": self.scenario.load,
            "late_s": [round(self.optimiser.late_s), round(self.paused.late_s),
                       round(self.oracle.late_s)],
            "ratio": round(self.ratio, 3),
            "oracle_ratio": round(self.oracle_ratio, 3),
            "migrations": len(self.optimiser.moved_at_s),
            "tasks_concerned": self.optimiser.concerned,
            "moves_after_end": self.moves_after_end,
            "alerts": [self.optimiser.alerts, self.paused.alerts],
            "unjustified": [self.optimiser.alerts - self.optimiser.justified,
                            self.paused.alerts - self.paused.justified],
            "dead_letters": self.optimiser.dead_letters,
        }  # fmt: skip


def run_trio(number: int, *, seed: int) -> Trio:
    scenario = draw_scenario(number, seed)
    return Trio(
        scenario,
        optimiser=run_scenario(scenario, "optimiser"),
        paused=run_scenario(scenario, "paused"),
        oracle=run_scenario(scenario, "oracle"),
    )


def _divide(late_s: float, paused_s: float) -> float:
    return (late_s + LEAST_LATE_S) / (paused_s + LEAST_LATE_S)
