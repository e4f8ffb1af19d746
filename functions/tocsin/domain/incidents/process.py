"""What the machines of an incident do, from alerts alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.sources import Source, TopChannel

CHANGES_KEPT = 32  # more than any policy counts


@dataclass(frozen=True, slots=True)
class Process:
    """The devices by id, and when (ms, our clock) they last changed what the incident is.

    active_at: since when it is active; None while it is clear.
    clear_at: since when it is clear; None while it is active.
    joined_at: when the newest alert was raised in it.
    changes: its newest changes between active and clear.
    """

    sources: tuple[Source, ...] = ()
    active_at: int | None = None
    clear_at: int | None = None
    joined_at: int = 0
    changes: tuple[int, ...] = ()

    @property
    def is_active(self) -> bool:
        return any(source.is_active for source in self.sources)

    @property
    def came_late(self) -> bool:
        """Whether nobody could be told in time of anything in it: its readings came late."""
        return bool(self.sources) and all(
            0 < source.count == source.late for source in self.sources
        )

    @property
    def device_ids(self) -> tuple[str, ...]:
        return tuple(source.device_id for source in self.sources)

    def find_source(self, device_id: str) -> Source | None:
        return next((each for each in self.sources if each.device_id == device_id), None)

    def holds(self, alert: Alert) -> bool:
        source = self.find_source(alert.device_id)
        return source is not None and source.holds(alert)

    def add(self, alert: Alert, top: tuple[TopChannel, ...], now_ms: int) -> Process:
        source = self.find_source(alert.device_id) or Source(alert.device_id, alert.profile)
        after = self._replace_source(source.add(alert, top), now_ms)
        return replace(after, joined_at=now_ms) if alert.change == "raised" else after

    def end_alerts(
        self, device_id: str, alert_ids: Collection[str], t: int, now_ms: int
    ) -> Process:
        """These alerts of the device are over: nothing will ever clear them."""
        source = self.find_source(device_id)
        return self if source is None else self._replace_source(source.end(alert_ids, t), now_ms)

    def replace_same(self, source: Source) -> Process:
        """With more known of a device that is as active as it was."""
        return replace(
            self,
            sources=tuple(
                source if each.device_id == source.device_id else each for each in self.sources
            ),
        )

    def count_changes(self, since_ms: int) -> int:
        return sum(at > since_ms for at in self.changes)

    def _replace_source(self, source: Source, now_ms: int) -> Process:
        others = [each for each in self.sources if each.device_id != source.device_id]
        sources = tuple(sorted([*others, source], key=lambda each: each.device_id))
        after = replace(self, sources=sources)
        if after.is_active == self.is_active and self.sources:
            return after
        return replace(
            after,
            active_at=now_ms if after.is_active else None,
            clear_at=None if after.is_active else now_ms,
            changes=(*self.changes, now_ms)[-CHANGES_KEPT:],
        )
