"""Readings that came after their device was called silent, from the time in which it was.

A device that was cut off keeps what it measures and sends it later. Then nothing was wrong with it,
and whoever looks at the incident has to see that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tocsin.domain.alerts.alert import Alert, is_silence_id
from tocsin.domain.alerts.silence import LEAST_MS
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.sources import Source

MOST_BLAMED = 2


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stored message: its event times (ms), how many readings, and when the hub took it (ms)."""

    first_t: int
    last_t: int
    readings: int
    enqueued_at: int


@dataclass(frozen=True, slots=True)
class LateReadings:
    """How many, from which event time to which (ms)."""

    readings: int
    first_t: int
    last_t: int

    def __or__(self, other: LateReadings) -> LateReadings:
        return LateReadings(
            self.readings + other.readings,
            min(self.first_t, other.first_t),
            max(self.last_t, other.last_t),
        )


def list_gaps(source: Source) -> list[tuple[int, int]]:
    """The silences of a device that are over: event times (ms), from right after its last word to
    the reading that ended it."""
    return [
        (episode.raised_t, episode.cleared_t)
        for episode in source.episodes
        if is_silence_id(episode.alert_id)
        if episode.raised_t is not None and episode.cleared_t is not None
    ]


def find_late(gap: Sequence[Arrival], after: Sequence[Arrival]) -> LateReadings | None:
    """What of *gap*, the messages from a silence, came late; *after*: some from right after it.

    The clock of the device may be wrong, so late is what took longer on its way than others did.
    """
    quickest = min((_measure_way(each) for each in (*gap, *after)), default=0)
    late = [each for each in gap if _measure_way(each) - quickest >= LEAST_MS]
    if not late:
        return None
    return LateReadings(
        sum(each.readings for each in late),
        min(each.first_t for each in late),
        max(each.last_t for each in late),
    )


def explain_gaps(incident: Incident, found: Mapping[str, LateReadings], now_ms: int) -> Incident:
    """The incident with what came later of each device (by id); the very same where that is no
    news."""
    after = incident
    for source in incident.process.sources:
        late = found.get(source.device_id)
        if late is None or late.readings <= source.came_later:
            continue
        process = after.process.replace_same(replace(source, came_later=late.readings))
        after = replace(after, process=process).tell(
            "explained", now_ms, text=_describe_late(source.device_id, late)
        )
    return after


def describe_late_alert(alert: Alert) -> str:
    """What a late alert says of the time in which it was on."""
    assert alert.late is not None, "it was told in time"
    shares = sorted(alert.contributions.items(), key=lambda share: -share[1])[:MOST_BLAMED]
    blamed = [name for name, share in shares if share > 0]
    if alert.subject is not None:
        blamed = [alert.subject if alert.limit is None else alert.limit.name]
    named = ", ".join(blamed or sorted(alert.sensors)) or alert.cause or "not said"
    return (
        f"{alert.device_id}: its readings came late, and show an alert that is over: "
        f"{alert.late.readings} readings from {_write_time(alert.t)} to "
        f"{_write_time(alert.late.to_t)} ({named})"
    )


def _describe_late(device_id: str, late: LateReadings) -> str:
    return (
        f"{device_id}: they came later: {late.readings} readings from {_write_time(late.first_t)} "
        f"to {_write_time(late.last_t)}"
    )


def _write_time(t: int) -> str:
    return datetime.fromtimestamp(t / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _measure_way(arrival: Arrival) -> int:
    return arrival.enqueued_at - arrival.last_t
