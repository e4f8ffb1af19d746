"""Maintenance windows: when, and which devices, are expected to be odd.

Readings are stored and scored as ever, and incidents are opened; they are held while a window
covers all of their active devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tocsin.domain.incidents.recurrence import Recurrence
from tocsin.domain.incidents.sources import Source
from tocsin.domain.incidents.tend import Cover, Covers

PREFIX = "window:"  # of ids, so that no window is called like an incident
WindowKind = Literal["maintenance", "out of service"]
ScopeKind = Literal["site", "building", "device", "profile"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which devices of the site: all, or those of a building or a profile, or one device."""

    kind: ScopeKind = "site"
    name: str = ""

    def contains(self, device_id: str, profile: str, building: str | None) -> bool:
        named = {"site": "", "device": device_id, "profile": profile, "building": building}
        return named[self.kind] == self.name


@dataclass(frozen=True, slots=True)
class Window:
    """One window, or one that comes again and again.

    starts_at: ms; of the first occurrence. ends_at: of a window without *recurrence* its end, None
        while nobody has set one; of one that recurs the time after which none begins any more.
    by, at: who set it, when (ms).
    announce: whether people are told when it starts and ends.
    told: whether they were told that it is on, and not yet that it ended.
    """

    window_id: str
    site_id: str
    kind: WindowKind
    scope: Scope
    starts_at: int
    ends_at: int | None
    recurrence: Recurrence | None
    comment: str
    by: str
    at: int
    announce: bool = False
    told: bool = False

    def is_on(self, at_ms: int) -> bool:
        if at_ms < self.starts_at:
            return False
        if self.recurrence is None:
            return self.ends_at is None or at_ms < self.ends_at
        return self.recurrence.is_on(self.starts_at, at_ms, until_ms=self.ends_at)

    def find_end(self, at_ms: int) -> int | None:
        """When it ends, if it is on at *at_ms*; None where nobody has set an end."""
        if self.recurrence is None or at_ms < self.starts_at:
            return self.ends_at
        return self.recurrence.find_end(self.starts_at, at_ms, until_ms=self.ends_at)


def cover_with(windows: Iterable[Window], buildings: Mapping[str, str], at_ms: int) -> Covers:
    """Which of *windows* cover a device at *at_ms*; *buildings*: by device id."""
    on = [window for window in windows if window.is_on(at_ms)]

    def cover(source: Source) -> Cover:
        building = buildings.get(source.device_id)
        found = [
            window
            for window in on
            if window.scope.contains(source.device_id, source.profile, building)
        ]
        return Cover(
            tuple(window.window_id for window in found if window.kind == "maintenance"),
            tuple(window.window_id for window in found if window.kind == "out of service"),
        )

    return cover
