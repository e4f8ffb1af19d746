"""Whether a device is unlike its kind, in words: a difference of the individual, and no alert."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, exp

from tocsin.domain.judging.adaptation import CAUTION, FALL_PER_S, LEARNS_FOR_S, MOST_AT_FIRST, Usual

UNLIKE = 1.25  # times its kind's: 1 in 27 healthy simulated workcells is further off


def remark_on_level(usual: Usual, period_ms: int) -> Iterator[str]:
    """Nothing of a device like its kind, or of which too little is known.

    *period_ms*: of its profile, in which the level of its scores is learned; 0 where it is not
    known.
    """
    if period_ms <= 0 or usual.readings < CAUTION:
        return
    period_s = period_ms / 1_000
    level = exp(usual.ticks * FALL_PER_S * period_s)
    if level < UNLIKE:
        return
    learns_for = ceil(LEARNS_FOR_S / period_s)
    how = "by its own level"
    if usual.readings < learns_for:
        how = (
            f"provisionally by its own level, up to {MOST_AT_FIRST:g} times that of its kind, "
            f"until {learns_for} readings are known"
        )
    yield (
        f"it is unlike its kind: its usual scores are {level:.1f} times as high, "
        f"so it is judged {how}"
    )
