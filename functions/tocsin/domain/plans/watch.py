"""What is remembered of a device from run to run, so that no judgement of it goes to and fro.

It is stored with the site's standing: a process that ends takes none of it along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

HOUR_MS = 60 * 60 * 1_000
MOST_DOUBLINGS = 4  # of patience: a device that comes and goes all day is waited for no longer


@dataclass(frozen=True, slots=True)
class Watch:
    """A device as plans count it. Times in ms since the epoch.

    speed: the share of its usual speed. background_pct: what it computes beside its tasks, in
        percent of one reference processor.
    basis: what both rest on, in words; empty before anything was measured.
    better_since, odd_since: since when what is measured is better than what counts, or contradicts
        itself; None while it does not.
    relapses: when it got worse, within the last hour.
    silent: it was not heard for too long. returns: when it was heard again, within the last hour.
    since: when a run first saw it; None before that.
    """

    speed: float = 1.0
    background_pct: float = 0.0
    basis: str = ""
    better_since: int | None = None
    odd_since: int | None = None
    relapses: tuple[int, ...] = ()
    silent: bool = False
    returns: tuple[int, ...] = ()
    since: int | None = None

    def forget_old(self, now_ms: int) -> Watch:
        """Without what is over an hour ago."""
        return replace(
            self,
            relapses=tuple(t for t in self.relapses if now_ms - t < HOUR_MS),
            returns=tuple(t for t in self.returns if now_ms - t < HOUR_MS),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "speed": self.speed,
            "backgroundPct": self.background_pct,
            "basis": self.basis,
            "betterSince": self.better_since,
            "oddSince": self.odd_since,
            "relapses": [*self.relapses],
            "silent": self.silent,
            "returns": [*self.returns],
            "since": self.since,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Watch:
        return cls(
            speed=document["speed"],
            background_pct=document["backgroundPct"],
            basis=document["basis"],
            better_since=document["betterSince"],
            odd_since=document["oddSince"],
            relapses=tuple(document["relapses"]),
            silent=document["silent"],
            returns=tuple(document["returns"]),
            since=document["since"],
        )


def grow_patience(base_ms: float, times: int) -> float:
    """*base_ms*, doubled each of *times*: who comes and goes is believed later and later."""
    return base_ms * 2.0 ** min(times, MOST_DOUBLINGS)
