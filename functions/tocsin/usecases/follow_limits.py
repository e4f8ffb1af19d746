"""Hold the messages of a batch against their devices' plain limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from tocsin.domain.alert_changes import end_limits, record_limit
from tocsin.domain.alerts import Alert
from tocsin.domain.decisions import Standing
from tocsin.domain.limits.book import Bounds, LimitBook
from tocsin.domain.limits.follow import Stretch, count_steps, follow_limits
from tocsin.domain.readings import Scored
from tocsin.domain.telemetry import Message


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
        self, scored: Scored, before: Standing, *, last_t: int, period_ms: float
    ) -> tuple[Standing, list[Alert]]:
        """The standing after a message, and the alerts of its limits.

        last_t: event time (ms) of the reading before it, 0 for none. period_ms: the device's.
        """
        message = scored.message
        bounds = self._bounds.get(id(message))
        if not before.limits and id(message) not in self._touched:
            return before, []
        every = () if bounds is None else bounds.every
        gone = before.limits.keys() - {bound.name for bound in every}
        steps = count_steps(message.t, last_t, period_ms)
        stretch = Stretch(message.t, message.values, steps, message.site_id)
        states, changes = follow_limits(every, before.limits, stretch)
        ended = end_limits(message, before, gone)
        alerts = [*ended, *(record_limit(scored, change) for change in changes)]
        return replace(before, limits=states), alerts


def _find_touched(messages: Sequence[Message], bounds: Bounds) -> set[int]:
    """The ids of those *messages* with a value beyond one of their *bounds*."""
    values = np.concatenate([message.values for message in messages])
    beyond = ((values < bounds.lowest) | (values > bounds.highest)).any(axis=1)
    starts = np.cumsum([0, *(len(message.times) for message in messages[:-1])])
    touched = np.logical_or.reduceat(beyond, starts)
    return {id(messages[at]) for at in np.flatnonzero(touched).tolist()}
