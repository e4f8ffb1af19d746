"""'This is normal from now on', of a device that is held against its own range."""

from __future__ import annotations

import numpy as np

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.new_normal import NewNormal
from tocsin.domain.limits.own_range import OwnRange
from tocsin.usecases.feedback.known_device import KnownDevice
from tocsin.usecases.ports.operators import Feedback

MOST_AT_ONCE = 100  # alerts of one device and event time
MOST_RECENT = 240  # readings since the alert


async def find_new_range(known: KnownDevice, own: OwnRange, store: Feedback) -> NewNormal:
    """What calling an open alert of its own range normal makes of a device: the range begins anew,
    and is known again after a day. What operators set for its scores stays.

    Raises InvalidRequestError where no such alert is open.
    """
    record, profile = known.record, known.profile
    found = await _find_learned(known, store)
    if not found:
        raise InvalidRequestError(
            f"device {record.device_id!r} is in no alert of its own range, by which alone it is "
            "judged: there is nothing to call normal"
        )
    alert_id, raised_t = found[-1]
    newest = await store.history(
        record.device_id,
        profile,
        before_t=record.last_t + 1,
        count=MOST_RECENT,
        epoch=record.clock.epoch.since,
    )
    values = newest.values[newest.t >= raised_t]
    beyond = np.zeros(len(values), dtype=np.bool_)
    for bound in own.list_bounds(profile, ()):
        if bound.name in record.passed_limits:
            column = values[:, bound.index]
            beyond |= column < bound.value if bound.side == "low" else column > bound.value
    before = None if known.set_before is None else known.set_before.baseline
    return NewNormal(
        alert_id=alert_id,
        shifts={} if before is None else before.shifts,
        factor=known.factor,
        readings=len(values),
        anomalous_before=int(np.count_nonzero(beyond)),
        anomalous_after=0,
        range_restarts=True,
    )


async def _find_learned(known: KnownDevice, store: Feedback) -> list[tuple[str, int]]:
    """The open alerts that nobody set a limit for, and when they were raised (ms), oldest first."""
    record = known.record
    learned: list[tuple[str, int]] = []
    for alert_id, (t, subject) in record.open_alerts().items():
        if subject not in record.passed_limits:
            continue
        alerts = await store.past_alerts(record.device_id, from_t=t, to_t=t, most=MOST_AT_ONCE)
        learned += [
            (alert_id, t)
            for alert in alerts
            if alert.alert_id == alert_id and alert.limit is not None and alert.limit.learned
        ]
    return sorted(set(learned), key=lambda found: found[1])
