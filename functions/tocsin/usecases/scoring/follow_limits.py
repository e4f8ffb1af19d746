"""Hold the messages of a batch against their devices' plain limits, and against what devices that
no model knows have shown themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_changes import end_limits, record_limit
from tocsin.domain.devices.readings import Scored
from tocsin.domain.devices.stuck import STUCK
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.limits.book import Bounds, LimitBook
from tocsin.domain.limits.bounds import NO_STATES, LimitStates
from tocsin.domain.limits.follow import LimitChange, Stretch, count_steps, follow_limits
from tocsin.domain.limits.follow_range import follow_range
from tocsin.domain.limits.own_range import OwnRange
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.windows.window import History


class BatchLimits:
    """The limits of one batch's devices, and which of its messages pass any of them: told for all
    messages of the same limits at once, since few do."""

    def __init__(self, messages: Iterable[Message], book: LimitBook) -> None:
        self._bounds: dict[int, Bounds] = {}
        self._touched: set[int] = set()
        groups: dict[int, list[Message]] = {}
        for message in messages:
            found = book.find_bounds(message.site_id, message.device_id, message.profile)
            if found.every:
                self._bounds[id(message)] = found
                groups.setdefault(id(found), []).append(message)
        for group in groups.values():
            self._touched |= _find_touched(group, self._bounds[id(group[0])])

    def follow(
        self,
        scored: Scored,
        before: Standing,
        *,
        last_t: int,
        period_ms: float,
        is_unknown: bool = False,
    ) -> tuple[Standing, list[Alert]]:
        """The standing after a message, and the alerts of its limits.

        last_t: event time (ms) of the reading before it, 0 for none. period_ms: the device's.
        is_unknown: no model knows its pace, so its own range counts.
        """
        message = scored.message
        bounds = self._bounds.get(id(message))
        is_plain = not is_unknown and before.own is None
        if is_plain and not before.limits and id(message) not in self._touched:
            return before, []
        every = () if bounds is None else bounds.every
        steps = count_steps(message.t, last_t, period_ms)
        stretch = Stretch(message.t, message.values, steps, message.site_id, find_rest(scored))
        names = {bound.name for bound in every}
        own: OwnRange | None = None
        states, changes = NO_STATES, list[LimitChange]()
        if is_unknown:
            others = {name: state for name, state in before.limits.items() if name not in names}
            plain = {bound.channel for bound in every}
            begun = before.own or OwnRange.begin(message.first_t)
            own, states, changes = _follow_own(scored, begun, others, stretch, plain)
            names |= {bound.name for bound in own.list_bounds(message.profile, plain)}
        plain_states, plain_changes = follow_limits(every, before.limits, stretch)
        alerts = [
            *end_limits(message, before, before.limits.keys() - names),
            *(record_limit(scored, change) for change in (*plain_changes, *changes)),
        ]
        return replace(before, limits={**states, **plain_states}, own=own), alerts


def _follow_own(
    scored: Scored,
    own: OwnRange,
    states: LimitStates,
    stretch: Stretch,
    plain: Collection[str],
) -> tuple[OwnRange, LimitStates, list[LimitChange]]:
    """By its own range, while its machine is at work: at rest it tells nothing of that."""
    return follow_range(
        own,
        states,
        replace(stretch, values=leave_rest(scored)),
        scored.message.profile,
        plain,
    )


def follow_sensors(
    own: OwnRange, scored: Scored, history: History, period_ms: float
) -> tuple[OwnRange, Scored]:
    """The range with how long sensors rest after a message, and the message with those that are
    stuck by that."""
    message, profile = scored.message, scored.message.profile
    unknown = np.full(len(profile.channels), np.nan, dtype=np.float32)
    last = history.values[-1] if len(history.t) else unknown
    stretch = Stretch(message.t, leave_rest(scored), np.empty(0), message.site_id)
    after, stuck = own.follow_rests(stretch, last, profile, period_ms)
    if not stuck.any():
        return after, scored
    sensors = np.zeros(stuck.shape, np.int8) if scored.sensors is None else scored.sensors
    return after, replace(scored, sensors=np.where(stuck & (sensors == 0), STUCK, sensors))


def leave_rest(scored: Scored) -> NDArray[np.float32]:
    """The values ``[n, c]`` of a message, NaN where its machine is not at work."""
    values, at_rest = scored.message.values, find_rest(scored)
    if at_rest is None:
        return values
    return np.where(at_rest[:, np.newaxis], np.float32(np.nan), values)


def find_rest(scored: Scored) -> NDArray[np.bool_] | None:
    """The readings of a message at which its machine is off or starting, bool ``[n]``; None for
    none."""
    at_rest = np.array([state in {"off", "starting"} for state in scored.states], dtype=np.bool_)
    return at_rest if at_rest.any() else None


def _find_touched(messages: Sequence[Message], bounds: Bounds) -> set[int]:
    """The ids of those *messages* with a value beyond one of their *bounds*."""
    values = np.concatenate([message.values for message in messages])
    beyond = ((values < bounds.lowest) | (values > bounds.highest)).any(axis=1)
    starts = np.cumsum([0, *(len(message.times) for message in messages[:-1])])
    touched = np.logical_or.reduceat(beyond, starts)
    return {id(messages[at]) for at in np.flatnonzero(touched).tolist()}
