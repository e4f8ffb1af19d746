"""How often people are called: the figures that control rooms use (ISA-18.2, EEMUA 191).

A flood begins when people are called more than 10 times in 10 minutes, and ends below 5. A source
is a device and what is odd of it, as an alarm is a tag and its kind; one chatters when it calls
three times within a minute.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.domain.incidents.incident import Incident

TEN_MS, MINUTE_MS, DAY_MS = 600_000, 60_000, 86_400_000
FLOOD_BEGINS, FLOOD_ENDS = 10, 5
CHATTERS = 3
NOISIEST = 10


@dataclass(frozen=True, slots=True)
class Call:
    """People are called at a time (ms, our clock) because of a source."""

    at: int
    device_id: str
    what: str

    @property
    def source(self) -> tuple[str, str]:
        return self.device_id, self.what


@dataclass(frozen=True, slots=True)
class NoisySource:
    """A source, how often it called, and its share of all calls in percent."""

    device_id: str
    what: str
    calls: int
    share_pct: float


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of a stretch of time.

    per_10_min: calls in 10 minutes on average; worst_10_min: in the worst ones. flood_pct: share of
    the time in flood. top10_pct: share of the ten noisiest sources; sources: how many there are.
    """

    calls: int
    per_10_min: float
    worst_10_min: int
    flood_pct: float
    top10_pct: float
    sources: int
    chattering: int
    noisiest: tuple[NoisySource, ...]


def call_of(incident: Incident) -> Call | None:
    """The call of an incident; None where nobody was told of it."""
    if incident.announced_at is None:
        return None
    source = incident.process.sources[0]
    what = source.top[0].name if source.top else " and ".join(sorted(source.causes))
    return Call(incident.announced_at, source.device_id, what)


def is_stale(incident: Incident, at_ms: int) -> bool:
    """Whether it has been open and active for more than a day, with nothing that holds it."""
    is_open = not incident.handling.is_closed and not incident.suppression.is_held
    return is_open and incident.process.is_active and at_ms - incident.opened_at > DAY_MS


def rate_calls(calls: Sequence[Call], from_ms: int, to_ms: int) -> Performance:
    """The figures of *calls* between two times (ms)."""
    times = sorted(call.at for call in calls)
    by_source = Counter(call.source for call in calls)
    noisiest = by_source.most_common(NOISIEST)
    top10_pct = 100 * sum(count for _, count in noisiest) / max(len(times), 1)
    return Performance(
        calls=len(times),
        per_10_min=round(len(times) * TEN_MS / (to_ms - from_ms), 3),
        worst_10_min=max((_count_ten(times, at) for at in times), default=0),
        flood_pct=round(100 * _sum_floods(times, to_ms) / (to_ms - from_ms), 3),
        top10_pct=round(top10_pct, 2),
        sources=len(by_source),
        chattering=_count_chattering(calls),
        noisiest=tuple(
            NoisySource(device_id, what, count, round(100 * count / len(times), 2))
            for (device_id, what), count in noisiest
        ),
    )


def _count_ten(times: Sequence[int], at: int) -> int:
    """Calls in the ten minutes up to and with *at*."""
    return bisect_right(times, at) - bisect_right(times, at - TEN_MS)


def _sum_floods(times: Sequence[int], to_ms: int) -> int:
    """Time (ms) in flood. The count only changes at a call, and ten minutes after one."""
    changes = sorted({at for time in times for at in (time, time + TEN_MS) if at < to_ms} | {to_ms})
    total, begun = 0, None
    for at in changes:
        count = _count_ten(times, at)
        if begun is None and count > FLOOD_BEGINS:
            begun = at
        elif begun is not None and (count < FLOOD_ENDS or at == to_ms):
            total += at - begun
            begun = None
    return total


def _count_chattering(calls: Sequence[Call]) -> int:
    by_source: dict[tuple[str, str], list[int]] = {}
    for call in sorted(calls, key=lambda each: each.at):
        by_source.setdefault(call.source, []).append(call.at)
    return sum(
        any(bisect_left(times, at + MINUTE_MS) - n >= CHATTERS for n, at in enumerate(times))
        for times in by_source.values()
    )
