"""The alerts that are raised beside a device's open one, and end with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_changes import record_alert
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.judging.beside import NOTHING, Beside, join_alert, note_raised
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.states.run_down import Course


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Readings of a message from ``start`` until before ``end`` in an alert that was raised at
    event time ``raised_t`` (ms); ``cleared``: it ends there."""

    start: int
    end: int
    raised_t: int
    cleared: bool


def follow_beside(
    message: DecidedMessage, before: Standing, course: Course | None
) -> tuple[Standing, list[Alert]]:
    """The standing that *message* decided, *before* being that before it, with what joined its
    alert; and the alerts of that. *course*: how active its device was; None where that tells no
    stop."""
    assert message.decided is not None, "a late or unscored message decides nothing"
    after, beside = message.decided.standing, before.beside
    if before.alert.open_since is None and not message.decided.changes:
        return after, []
    times, alerts = message.scored.message.times, list[Alert]()
    for stretch in _cut(message, before):
        beside, raised = _join(message, beside, stretch, course)
        alerts += [
            record_alert(message, index, "raised", times[index], subject=name)
            for index, name in raised
        ]
        if stretch.cleared:
            alerts += [
                record_alert(
                    message, stretch.end, "cleared", t, site_id=before.raised_at, subject=name
                )
                for name, t in beside.raised.items()
            ]
            beside = NOTHING
    return replace(after, beside=beside), alerts


def _cut(message: DecidedMessage, before: Standing) -> Iterator[_Stretch]:
    """The stretches of the message in which an alert is open."""
    assert message.decided is not None, "see follow_beside"
    times = message.scored.message.times
    start, raised_t = 0, before.alert.open_since
    for index, change in message.decided.changes:
        if change == "raised":
            start, raised_t = index, times[index]
        else:
            assert raised_t is not None, "an alert is cleared only after it was raised"
            yield _Stretch(start, index, raised_t, cleared=True)
            raised_t = None
    if raised_t is not None:
        yield _Stretch(start, len(times), raised_t, cleared=False)


def _join(
    message: DecidedMessage, beside: Beside, stretch: _Stretch, course: Course | None
) -> tuple[Beside, list[tuple[int, str]]]:
    scored, decided = message.scored, message.decided
    assert decided is not None, "see follow_beside"
    assert scored.spec is not None, "what decided was scored"
    at = np.arange(stretch.start, stretch.end)
    if scored.chosen is not None:
        # The others have no score: no run goes on with them, and none ends.
        at = at[scored.chosen[at]]
    if not len(at):
        return beside, []
    profile, elapsed = scored.message.profile, scored.message.t[at] - stretch.raised_t
    score, threshold = np.array(scored.score)[at], np.array(decided.thresholds)[at]
    above = scored.contributions[:, at] * score > threshold
    own = dict(zip(profile.channel_names, above, strict=True))
    # Before it was raised: the clock was put back since.
    settled = (elapsed >= profile.window * profile.period_s * 1_000) | (elapsed < 0)
    # No run goes on while the machine may be running down, either.
    counts = _leave_falls(at, beside, own, course)
    if not counts.all():
        at, settled = at[counts], settled[counts]
        own = {name: above[counts] for name, above in own.items()}
    if not len(at):
        return beside, []
    beside, raised = join_alert(beside, own, settled, scored.spec.hysteresis.raise_after)
    raised = [(int(at[index]), name) for index, name in raised]
    told = [(scored.message.times[index], name) for index, name in raised]
    return note_raised(beside, told), raised


def _leave_falls(
    at: NDArray[np.int64],
    beside: Beside,
    own: Mapping[str, NDArray[np.bool_]],
    course: Course | None,
) -> NDArray[np.bool_]:
    """Which of m readings, *at* these indices, count for what may join: ``[m]``."""
    counts = np.ones(len(at), dtype=np.bool_)
    if course is None:
        return counts
    joins = [above for name, above in own.items() if name not in beside.known]
    for place in np.flatnonzero(np.any(joins, axis=0)) if joins else ():
        counts[place] = not course.find_patience(int(at[place]))
    return counts
