"""The operating state of a device over one of its messages, and what does not count in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.devices.readings import Scored
from tocsin.domain.judging.decisions import Called, Standing
from tocsin.domain.states.activity import Kind, Levels
from tocsin.domain.states.follow import Stream, Telling, follow_states
from tocsin.usecases.scoring.place_stretches import Placed


def follow_state(
    standing: Standing, placed: Placed, scored: Scored, telling: Telling
) -> tuple[Standing, Scored, Called | None]:
    """The standing with the state after the message, the message without the scores that do not
    count, and how it is called otherwise; None where all of it is judged as usual.

    A late message changes nothing of the device: of it only what was measured at rest is left out.
    """
    if placed.late:
        return standing, _leave_rest(placed, scored, telling.levels), None
    message, history = scored.message, placed.history
    stream = Stream(
        message.times,
        message.values,
        scored.score,
        message.told,
        int(history.t[-1]) if len(history.t) else None,
        lambda: _find_slack(placed),
    )
    operating, apart = follow_states(standing.operating, telling, stream)
    if operating is not standing.operating:
        standing = replace(standing, operating=operating)
    if apart is None:
        return standing, scored, None
    is_called = any(apart.floors) or apart.called or apart.anew
    called = Called(apart.floors, apart.called, apart.anew) if is_called else None
    return standing, scored.set_apart(apart), called


def _leave_rest(placed: Placed, scored: Scored, levels: Levels | None) -> Scored:
    """Without the readings whose window holds a machine at rest. Where devices tell it themselves,
    as far as the message does."""
    values = np.concatenate((placed.history.values, scored.message.values))
    at_rest = np.zeros(len(values), dtype=np.bool_)
    if levels is not None:
        at_rest = levels.sort_readings(values, _find_slack(placed)) == Kind.LOW
    elif scored.message.told:
        told = [state in {"off", "starting"} for state in scored.message.told]
        at_rest[len(placed.history.values) :] = told
    if not at_rest.any():
        return scored
    at = np.arange(len(values))
    last = np.maximum.accumulate(np.where(at_rest, at, -scored.message.profile.window))
    blank = at - last < scored.message.profile.window
    return scored.leave_out(blank[len(placed.history.values) :])


def _find_slack(placed: Placed) -> NDArray[np.float64] | None:
    habits = placed.habits
    return None if habits is None else habits.find_slack(placed.message.profile)
