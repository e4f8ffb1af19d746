"""From scores to decisions: a threshold says what is odd, a hysteresis when to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

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
    alert is open, normal ones while one is. ``open_since`` is the raising reading's time in ms.
    """

    run: int = 0
    open_since: int | None = None


def decide(
    state: AlertState, t: Sequence[int], anomalous: Sequence[bool], hysteresis: Hysteresis
) -> tuple[AlertState, list[tuple[int, Change]]]:
    """Step *state* over a message's readings.

    Returns the new state and the changes as (index of the deciding reading, kind).
    """
    if state.open_since is None and state.run == 0 and not any(anomalous):
        return state, []
    changes: list[tuple[int, Change]] = []
    for index, odd in enumerate(anomalous):
        speaks = odd if state.open_since is None else not odd
        state = replace(state, run=state.run + 1 if speaks else 0)
        if state.open_since is None and state.run >= hysteresis.raise_after:
            state = AlertState(open_since=t[index])
            changes.append((index, "raised"))
        elif state.open_since is not None and state.run >= hysteresis.clear_after:
            state = AlertState()
            changes.append((index, "cleared"))
    return state, changes
