"""``python -m benchmarks.resting``: machines that are switched off and on, with shipped bundles.

Simulated motors and pumps with a fault an hour, and a start in four that stalls, are scored and
decided as the product does, with the operating states of their profile and without. An alert is
false that no fault explains; late data, which nothing can see, does not count as a fault.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import main
from device_sim.devices.resting import plan_faults_at_work, switch_off
from device_sim.devices.sensing import Readings, SimulatedDevice
from device_sim.faults.kinds import LATE_BURST, Fault
from device_sim.faults.schedule import Target, random_faults
from device_sim.signals.rota import Turns
from device_sim.signals.stream import SignalStream
from ml_model.paths import BUNDLES
from tocsin.adapters.models.model_bundle import TorchModel, load_model
from tocsin.domain.judging.chosen import decide_chosen
from tocsin.domain.judging.decisions import Called, Decided, Rule, Standing
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.profile import Profile
from tocsin.domain.states.follow import Apart, Stream, follow_states
from tocsin.domain.states.run_down import Course, find_course
from tocsin.domain.windows.window import History, windows_of_batch
from tocsin.profiles import load_profiles

SEED, FAULT_SEED = 11, 5
START_MS = 1_795_000_000_000
TARGET_PER_DAY = 0.5
SLICE = 4_096
AFTERWARDS = 30  # readings after a fault in which the return to normal may raise another alert


@dataclass(frozen=True, slots=True)
class Trial:
    """So many devices of a profile for so many hours, on and off in turn (minutes)."""

    profile: str
    devices: int
    hours: int
    turns: Turns


TRIALS = (
    Trial("motor", 4, 24, Turns(45, 15)),
    Trial("pump", 3, 16, Turns(60, 20)),
    Trial("motor", 2, 48, Turns(960, 480)),
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores ``[n]``, NaN for none, and how many sensors were out at each reading ``[n]``."""

    score: NDArray[np.float64]
    out: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """How many faults there were and were found, and how many alerts were false."""

    faults: int = 0
    found: int = 0
    false: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(self.faults + other.faults, self.found + other.found, self.false + other.false)


def measure_resting() -> Mapping[str, Any]:
    """The figures of every trial."""
    return {"trials": [_try(trial) for trial in TRIALS]}


def _try(trial: Trial) -> dict[str, Any]:
    profile = load_profiles()[trial.profile]
    folder = BUNDLES / trial.profile
    spec = parse_bundle((folder / "bundle.json").read_bytes(), profile)
    model = load_model(spec, (folder / "model.pt2").read_bytes(), profile)
    rule = Rule.of(spec, profile, TARGET_PER_DAY)
    without, with_states = Found(), Found()
    for number in range(trial.devices):
        readings = _simulate(Target(f"dev-{number}", profile), trial)
        scores = _score(model, readings, profile)
        without += _count(_decide(rule, readings, scores, None), readings, profile.window)
        with_states += _count(
            _decide(rule, readings, scores, _follow(rule, readings, scores)),
            readings,
            profile.window,
        )
    return {
        "profile": trial.profile,
        "devices": trial.devices,
        "hours": trial.hours,
        "minutes_on": trial.turns.on_min,
        "minutes_off": trial.turns.off_min,
        "faults": with_states.faults,
        "without_states": {"found": without.found, "false_alerts": without.false},
        "with_states": {"found": with_states.found, "false_alerts": with_states.false},
    }


def _simulate(target: Target, trial: Trial) -> Readings:
    device = target.device
    faults = plan_faults_at_work(
        target,
        random_faults(target, seed=FAULT_SEED, start_ms=START_MS, rate_per_hour=1.0),
        trial.turns,
        seed=SEED,
        start_ms=START_MS,
        bad_starts=0.25,
    )
    labels, causes = itertools.tee(faults)
    always_on = SignalStream(device, target.profile, seed=SEED, start_ms=START_MS)
    signal = switch_off(always_on, target, causes, trial.turns, seed=SEED)
    return SimulatedDevice(signal, target.profile, labels).take(trial.hours * 3_600)


def _score(model: TorchModel, readings: Readings, profile: Profile) -> Scores:
    values = readings.values.astype(np.float32)
    windows, full = windows_of_batch([(History.empty(profile), readings.t_ms, values)], profile)
    parts = [model.score(part) for part in windows.slices(SLICE)]
    score = np.full(len(full), np.nan)
    score[full] = np.concatenate([part[0] for part in parts])
    out = np.zeros(len(full), dtype=np.int64)
    out[full] = np.count_nonzero(np.concatenate([part[2] for part in parts]), axis=1)
    return Scores(score, out)


def _follow(rule: Rule, readings: Readings, scores: Scores) -> Apart | None:
    assert rule.telling is not None, "the profile has states"
    values, times = readings.values.astype(np.float32), readings.t_ms.tolist()
    stream = Stream(times, values, scores.score.tolist(), (), None)
    return follow_states(Standing().operating, rule.telling, stream)[1]


def _find_course(rule: Rule, readings: Readings) -> Course | None:
    values = readings.values.astype(np.float32)
    nothing = History(np.empty(0, dtype=np.int64), np.empty((0, values.shape[1]), dtype=np.float32))
    return find_course(rule.telling, nothing, readings.t_ms, values)


def _decide(rule: Rule, readings: Readings, scores: Scores, apart: Apart | None) -> Decided:
    blank = np.zeros(len(scores.score), dtype=np.bool_) if apart is None else apart.blank
    kept = replace(
        scores, score=np.where(blank, np.nan, scores.score), out=np.where(blank, 0, scores.out)
    )
    return decide_chosen(
        Standing(),
        rule,
        readings.t_ms.tolist(),
        kept.score.tolist(),
        chosen=~blank if apart is None else apart.judged,
        sensors_out=kept.out.tolist(),
        called=None if apart is None else Called(apart.floors, apart.called, apart.anew),
        course=None if apart is None else _find_course(rule, readings),
    )


def _count(decided: Decided, readings: Readings, window: int) -> Found:
    raised = [index for index, change in decided.changes if change == "raised"]
    spans: dict[Fault, list[int]] = {}
    for index, fault in enumerate(readings.faults):
        if fault is not None:
            spans.setdefault(fault, [index, index])[1] = index
    seen = [span for fault, span in spans.items() if fault.kind != LATE_BURST]
    return Found(
        faults=len(seen),
        found=sum(any(first <= at <= last + 5 for at in raised) for first, last in seen),
        false=sum(
            not any(first <= at <= last + window + AFTERWARDS for first, last in spans.values())
            for at in raised
        ),
    )


if __name__ == "__main__":
    main("benchmarks.resting", "Machines that are switched off and on.", measure_resting)
