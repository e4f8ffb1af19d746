"""Whole recordings of machines that are switched off at times: decided by their states."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from ml_model.detector.deciding import MESSAGE, decide_recording
from ml_model.detector.scoring import ScoredRecording
from ml_model.recording import Recording
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.judging.adaptation import Pace
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.states.follow import Telling, find_telling
from tocsin.domain.states.rule import StateRule
from tocsin.profiles import load_profiles

MOTOR = load_profiles()["motor"]
TELLING = find_telling(MOTOR, {"vibration_mm_s": (1.0, 2.0)})
WORK = 2.0
make_rule = partial(Rule, 1.0, 0.5, Hysteresis(raise_after=3, clear_after=5), 0, Pace.of(1.0))


def record(score: float, *, off: range, rows: int = 4 * MESSAGE) -> ScoredRecording:
    """A motor that is *off* for a while, in which its scores are odd."""
    values = np.full((rows, 2), WORK, dtype=np.float32)
    values[list(off), 1] = 0.0
    scores = np.full(rows, score, dtype=np.float32)
    scores[list(off)] = 5.0
    sensors = np.zeros((rows, 2), dtype=np.int8)
    sensors[list(off), 1] = 2
    t = 1_000 * np.arange(rows, dtype=np.int64)
    recording = Recording("m-1", t, values, np.full(rows, "", dtype="U16"))
    return ScoredRecording(recording, scores, sensors)


def test_what_a_machine_at_rest_shows_is_not_scored_and_raises_nothing() -> None:
    off = range(MESSAGE + 10, 2 * MESSAGE + 30)
    judged = decide_recording(record(0.1, off=off), make_rule(telling=TELLING), MOTOR)
    blank = np.flatnonzero(np.isnan(judged.scored.score))
    assert set(off[5:]) <= set(blank.tolist())
    assert blank[-1] < off[-1] + 3 * MOTOR.window
    assert not judged.scored.sensors[list(off[5:])].any()
    assert judged.decided.changes == []
    without = decide_recording(record(0.1, off=off), make_rule(), MOTOR)
    assert [change for _, change in without.decided.changes] == ["raised", "cleared"]
    assert without.scored.scored_days > judged.scored.scored_days


@pytest.mark.parametrize("telling", [None, TELLING])
def test_a_machine_at_work_is_decided_the_same(telling: Telling | None) -> None:
    scored = record(2.0, off=range(0))
    judged = decide_recording(scored, make_rule(telling=telling), MOTOR)
    assert judged.scored is scored
    assert judged.decided.changes == [(2, "raised")]


def test_what_a_device_told_of_itself_counts_as_online() -> None:
    off = range(MESSAGE + 10, 2 * MESSAGE + 30)
    scored = record(0.1, off=off)
    told = np.full(4 * MESSAGE, "running", dtype="U16")
    told[list(off)] = "off"
    telling = Telling(
        StateRule(told_by="switch", names={"on": "running", "off": "off"}), None, 1_000, 32
    )
    judged = decide_recording(
        replace(scored, recording=replace(scored.recording, told=told)),
        make_rule(telling=telling),
        MOTOR,
    )
    assert set(off) <= set(np.flatnonzero(np.isnan(judged.scored.score)).tolist())
    assert judged.decided.changes == []
    untold = decide_recording(scored, make_rule(telling=telling), MOTOR)
    assert [change for _, change in untold.decided.changes] == ["raised", "cleared"]


def test_a_start_that_takes_too_long_is_called() -> None:
    scored = record(0.1, off=range(300, 400), rows=1_000)
    scored.recording.values[400:700, 1] = 0.2 * WORK  # neither off nor at work
    judged = decide_recording(scored, make_rule(telling=TELLING), MOTOR)
    assert MOTOR.states is not None
    ((at, change), *_) = judged.decided.changes
    assert change == "raised"
    assert 400 + MOTOR.states.start_s <= at <= 400 + MOTOR.states.start_s + 5
