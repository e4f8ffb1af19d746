"""Deciding whole recordings, as the function decides a stream: each as a device never seen before.

Shapes: a recording has n readings of c channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ml_model.detector.scoring import ScoredRecording
from ml_model.observing import name_told, observe
from tocsin.domain.judging.chosen import decide_chosen
from tocsin.domain.judging.decisions import Called, Decided, Rule, Standing, decide
from tocsin.domain.profile import Profile
from tocsin.domain.states.follow import Apart, Stream, Telling, follow_states
from tocsin.domain.states.operating import UNTOLD
from tocsin.domain.states.rule import State
from tocsin.domain.states.run_down import find_course
from tocsin.domain.windows.window import History

MESSAGE = 256  # readings followed together: where a machine runs throughout, it is told at once


@dataclass(frozen=True, slots=True)
class DecidedRecording:
    """What was decided of a recording, and its scores without those that do not count: of a machine
    that is off, or starts."""

    scored: ScoredRecording
    decided: Decided


def decide_recording(scored: ScoredRecording, rule: Rule, profile: Profile) -> DecidedRecording:
    """Decide a whole recording by the product's own rule, by the operating states of its device
    where *rule* tells them from its readings."""
    t = scored.recording.t.tolist()
    covariate = scored.recording.values[:, -1].tolist() if rule.unsteady else None
    apart = None if rule.telling is None else _follow(scored, rule.telling, profile)
    history = History.empty(profile)
    course = find_course(rule.telling, history, scored.recording.t, scored.recording.values)
    if apart is None:
        decided = decide(
            Standing(),
            rule,
            t,
            scored.score.tolist(),
            sensors_out=scored.sensors_out(),
            covariate=covariate,
            course=course,
        )
        return DecidedRecording(scored, decided)
    kept = _leave_out(scored, apart)
    decided = decide_chosen(
        Standing(),
        rule,
        t,
        kept.score.tolist(),
        chosen=apart.judged,
        sensors_out=kept.sensors_out(),
        called=Called(apart.floors, apart.called, apart.anew),
        covariate=covariate,
        course=course,
    )
    return DecidedRecording(kept, decided)


def _follow(scored: ScoredRecording, telling: Telling, profile: Profile) -> Apart | None:
    """How the readings are judged apart; None where all are judged as usual."""
    recording, n = scored.recording, len(scored.recording.t)
    told: list[State | None] = []
    if recording.told is not None:
        told = name_told(recording.told)
    blank, judged = np.zeros(n, dtype=np.bool_), np.ones(n, dtype=np.bool_)
    floors, called, anew = [0.0] * n, set[int](), set[int]()
    operating, last_t = UNTOLD, None
    stretches = observe(recording.values, recording.told, profile, telling, longest=MESSAGE)
    for stretch in stretches:
        part = slice(stretch.start, stretch.end)
        stream = Stream(
            recording.t[part].tolist(),
            recording.values[part],
            scored.score[part].tolist(),
            told[part],
            last_t,
            partial(stretch.habits.find_slack, profile),
        )
        operating, apart = follow_states(operating, telling, stream)
        last_t = stream.times[-1]
        if apart is not None:
            blank[part], judged[part], floors[part] = apart.blank, apart.judged, apart.floors
            called.update(stretch.start + index for index in apart.called)
            anew.update(stretch.start + index for index in apart.anew)
    if judged.all() and not any(floors) and not anew:
        return None
    return Apart((), blank, judged, floors, frozenset(called), frozenset(anew))


def _leave_out(scored: ScoredRecording, apart: Apart) -> ScoredRecording:
    score = np.where(apart.blank, np.float32(np.nan), scored.score)
    sensors = np.where(apart.blank[:, np.newaxis], np.int8(0), scored.sensors)
    return replace(scored, score=score, sensors=sensors)
