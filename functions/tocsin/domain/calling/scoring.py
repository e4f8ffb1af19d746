"""When to call: a hysteresis and a cooldown make alerts of anomalous readings."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from tocsin.domain.hot_records import dataclass

Change = Literal["raised", "cleared"]


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How many readings in a row it takes to raise an alert, and to clear it."""

    raise_after: int
    clear_after: int


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where one device stands.

    ``run`` counts the latest readings in a row that speak for a change: anomalous ones while no
    alert is open, normal ones while one is. ``open_since`` is the raising reading's time and
    ``cleared_at`` that of the reading that cleared the last alert, in ms.
    """

    run: int = 0
    open_since: int | None = None
    cleared_at: int | None = None


def forget_run(state: AlertState) -> AlertState:
    """Where a device stands that stood still: what spoke for an alert before is over. An open one
    stays, with what spoke for its end."""
    return replace(state, run=0) if state.run and state.open_since is None else state


def would_raise(state: AlertState, t: int, hysteresis: Hysteresis, cooldown_ms: int) -> bool:
    """Whether an anomalous reading at *t* (ms) raises an alert."""
    if state.open_since is not None or state.run + 1 < hysteresis.raise_after:
        return False
    return state.cleared_at is None or t - state.cleared_at >= cooldown_ms


def wait_longer(hysteresis: Hysteresis, readings: int) -> Hysteresis:
    """One that raises an alert so many *readings* later."""
    if not readings:
        return hysteresis
    return replace(hysteresis, raise_after=hysteresis.raise_after + readings)


def next_alert(
    state: AlertState, t: int, anomalous: bool, hysteresis: Hysteresis, cooldown_ms: int
) -> tuple[AlertState, Change | None]:
    """Step *state* over the reading at *t* (ms).

    For *cooldown_ms* of event time after an alert cleared no other is raised; readings go on to be
    counted, so that one which lasts is raised as soon as the cooldown is over.
    """
    if state.open_since is not None:
        run = 0 if anomalous else state.run + 1
        if run >= hysteresis.clear_after:
            return AlertState(cleared_at=t), "cleared"
        return AlertState(run, state.open_since, state.cleared_at), None
    if not anomalous:
        return (AlertState(0, None, state.cleared_at) if state.run else state), None
    if would_raise(state, t, hysteresis, cooldown_ms):
        return AlertState(0, t, state.cleared_at), "raised"
    return AlertState(state.run + 1, None, state.cleared_at), None
