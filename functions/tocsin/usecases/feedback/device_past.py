"""A device's past alerts, and where its scores are read, for what is tried on many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.charts.rollup import DAY_MS
from tocsin.domain.charts.target_trial import Span
from tocsin.domain.judging.decisions import threshold_in_force
from tocsin.usecases.feedback.give_feedback import MOST_DOCUMENTS, concerns_threshold
from tocsin.usecases.feedback.known_device import Judging, KnownDevice
from tocsin.usecases.ports.operators import Fleet
from tocsin.usecases.ports.rollups import Rollups

DAYS = 30  # as long as readings are kept
READS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Archive:
    """The past, as it is at ``now_ms``. Alerts and scores are read by ``judging``; ``limit``: of
    all that is read, so much at once."""

    judging: Judging
    fleet: Fleet
    rollups: Rollups
    now_ms: int
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READS_AT_ONCE))

    @property
    def from_t(self) -> int:
        """When it begins (event time, ms)."""
        return self.now_ms - DAYS * DAY_MS


@dataclass(frozen=True, slots=True)
class Past:
    """A device with its alerts. factor: its threshold over that of its profile. changes: oldest
    first."""

    known: KnownDevice
    factor: float
    changes: Sequence[Alert]

    def list_raised(self) -> list[Alert]:
        """Those that its threshold alone raised: sensors that are out, and starts that go wrong,
        are called whatever it is."""
        return [
            alert for alert in self.changes if concerns_threshold(alert) and alert.cause == "score"
        ]

    def list_spans(self, now_ms: int) -> list[Span]:
        """When it was in an alert that its threshold has a part in."""
        raised = filter(concerns_threshold, self.changes)
        return [(alert.t, self.find_end(alert, now_ms)) for alert in raised]

    def find_end(self, raised: Alert, now_ms: int) -> int:
        """When an alert cleared (event time, ms); *now_ms* where it is open."""
        ends = (each.t for each in self.changes if each.alert_id == raised.alert_id)
        return max((t for t in ends if t > raised.t), default=now_ms)


async def read_past(known: KnownDevice, archive: Archive) -> Past:
    """Raises DeliveryError."""
    record, rule = known.record, known.rule
    in_force = threshold_in_force(record.standing.usual, rule, known.factor)
    async with archive.limit:
        changes = await archive.judging.store.past_alerts(
            record.device_id, from_t=archive.from_t, to_t=archive.now_ms, most=MOST_DOCUMENTS
        )
    return Past(known, in_force / rule.threshold, changes)
