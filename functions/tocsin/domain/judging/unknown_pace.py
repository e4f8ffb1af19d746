"""Decisions on a device whose pace no model knows: by its sensors alone.

Nothing scores it, so no reading is odd and none is normal. But whether a sensor says something is
known without a model: one that goes missing raises an alert, as of any other device, and it clears
by the same rule. Durations are in the device's own periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tocsin.domain.judging.decisions import Decided, Rule, Standing, decide, threshold_in_force


def decide_by_sensors(
    standing: Standing,
    rule: Rule,
    t: Sequence[int],
    *,
    sensors_out: Sequence[int] | None,
    period_ms: float,
    operator_factor: float | None = None,
) -> Decided:
    """Step *standing*, which has a range of its own, over readings at *t* (ms).

    ``sensors_out``: how many sensors are out at each; None where every sensor works. An alert that
    a model raised before is neither gone on with nor ended.
    """
    own = standing.own
    assert own is not None, "it begins with the first reading at a pace that no model knows"
    is_calm = sensors_out is None and not standing.outage.sensors and not standing.alert.run
    if own.called_t != standing.alert.open_since or (is_calm and own.called_t is None):
        in_force = threshold_in_force(standing.usual, rule, operator_factor)
        return Decided([in_force] * len(t), [False] * len(t), [], standing)
    times = period_ms / rule.period_ms
    slow = replace(
        rule, period_ms=period_ms, cooldown_ms=round(times * rule.cooldown_ms), unsteady=None
    )
    decided = decide(
        standing,
        slow,
        t,
        [0.0] * len(t),
        sensors_out=[0] * len(t) if sensors_out is None else sensors_out,
        operator_factor=operator_factor,
    )
    # No score was there to learn from.
    after = replace(
        decided.standing,
        usual=standing.usual,
        aftermath=standing.aftermath,
        own=replace(own, called_t=decided.standing.alert.open_since),
    )
    return replace(decided, standing=after)
