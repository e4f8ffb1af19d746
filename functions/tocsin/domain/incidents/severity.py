"""How soon somebody has to look: three levels, of which the highest has to stay rare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tocsin.domain.incidents.sources import Source

Severity = Literal["low", "medium", "high"]
LEVELS: tuple[Severity, ...] = ("low", "medium", "high")
MANY_DEVICES = 5
WIDE_SHARE, WIDE_CHANNELS = 0.2, 3  # a fault that shows in three channels is no bad sensor
FAR, VERY_FAR = 3.0, 8.0  # the score as a multiple of its threshold
URGENT_PRIORITY = 4.0


def rate_severity(sources: Sequence[Source], priority: float) -> Severity:
    """From how far the score went, how broad it is, and what the devices are needed for.

    priority: the highest of the tasks that the devices run; 0 for none. A sensor alone is never
    more than low: the machine may well be sound. The alarm of a limit is at least medium: people
    said so.
    """
    if all(source.causes == {"sensors"} for source in sources):
        return "medium" if len(sources) >= MANY_DEVICES else "low"
    points = (
        _rate_distance(max((source.ratio or 0.0 for source in sources), default=0.0))
        + (2 if len(sources) >= MANY_DEVICES else 0)
        + any(_is_wide(source) for source in sources)
        + (priority >= URGENT_PRIORITY)
        + 2 * any(breach.level == "alarm" for source in sources for breach in source.limits)
    )
    if points >= 3:
        return "high"
    return "medium" if points == 2 else "low"


def raise_to(severity: Severity, other: Severity) -> Severity:
    """The higher of both: what was urgent once is not called less because it goes on."""
    return max(severity, other, key=LEVELS.index)


def _rate_distance(ratio: float) -> int:
    return (ratio >= FAR) + (ratio >= VERY_FAR)


def _is_wide(source: Source) -> bool:
    return sum(channel.share >= WIDE_SHARE for channel in source.top) >= WIDE_CHANNELS
