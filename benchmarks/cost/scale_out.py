"""How the app grows to a load, simulated: target-based scaling over the stream's partitions."""

from __future__ import annotations

import math
from dataclasses import dataclass

DECIDE_EVERY_S = 10  # the platform looks at the backlog so often
START_S = 20  # until a new instance works: place, package, imports
LONGEST_S = 4 * 3600


@dataclass(frozen=True, slots=True)
class CatchUp:
    """seconds: until nothing waits any more, None where it never comes to that; most_instances."""

    seconds: int | None
    most_instances: int


def simulate(
    *, load: float, backlog: float, partitions: int, target: int, throughput: float
) -> CatchUp:
    """From one instance and a *backlog* of messages under a constant *load* (a second).

    target: messages that one instance is wanted for, targetUnprocessedEventThreshold of host.json;
    throughput: of an instance, a second. At most as many instances as *partitions* work.
    """
    waiting, working, coming = backlog, 1, list[int]()
    most = 1
    for second in range(LONGEST_S):
        coming = [left - 1 for left in coming]
        working += coming.count(0)
        coming = [left for left in coming if left > 0]
        waiting = max(0.0, waiting + load - working * throughput)
        if waiting == 0:
            return CatchUp(second + 1, most)
        if second % DECIDE_EVERY_S == 0:
            wanted = min(partitions, math.ceil(waiting / target))
            coming += [START_S] * max(0, wanted - working - len(coming))
            most = max(most, working + len(coming))
    return CatchUp(None, most)
