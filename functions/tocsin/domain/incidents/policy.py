"""How long people are given, and how much noise makes a source a flapping one."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in ms, by our clock.

    group_wait_ms: an incident is announced when it has been active for so long; what clears before
        is never announced.
    quiet_ms: so long after it cleared it closes by itself; an alert that comes before joins it.
    join_ms: devices that fall silent within this time of each other, in one building, are one
        incident.
    flap_window_ms: the time in which changes of state are counted.
    flap_on, flap_off: at so many changes flapping begins; at so few it is over. Two, so that a
        source at the border does not flap between flapping and not.
    longest_shelf_ms: nothing is shelved for longer.
    """

    group_wait_ms: int = MINUTE_MS // 2
    quiet_ms: int = 15 * MINUTE_MS
    join_ms: int = 5 * MINUTE_MS
    flap_window_ms: int = 10 * MINUTE_MS
    flap_on: int = 6
    flap_off: int = 2
    longest_shelf_ms: int = 12 * HOUR_MS


DEFAULT_POLICY = Policy()
