"""Rules under which a few hundred readings count as a day."""

from __future__ import annotations

from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.judging.adaptation import Pace
from tocsin.domain.judging.decisions import Rule

# A pace at which a few hundred readings count as a day: what is slow shows in a short test.
QUICK = Pace(tick=0.001, grain=10, lowest=-220, highest=1_090, learns_for=40)
# The same, where the first readings count at once.
AT_ONCE = Pace(tick=0.001, grain=10, lowest=-220, highest=1_090, learns_for=40, first=25)
DAY = 86_400


def rule(pace: Pace = QUICK, *, cooldown_ms: int = 0, threshold: float = 2.0) -> Rule:
    return Rule(threshold, 1.0, Hysteresis(2, 3), cooldown_ms, pace)
