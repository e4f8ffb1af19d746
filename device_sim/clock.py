"""The time a simulation lives in: the wall clock, or a faster one that catches up with it."""

from __future__ import annotations

import asyncio
import math
import time


def now_ms() -> int:
    """The wall clock's time in ms since the epoch."""
    return time.time_ns() // 1_000_000


class Clock:
    """Shows *start_ms* now and runs *speed* times as fast as the wall clock for *fast_s* seconds,
    after that as fast as the wall clock."""

    def __init__(self, *, start_ms: int, speed: float, fast_s: float = math.inf) -> None:
        self.start_ms = start_ms
        self._speed = speed
        self._fast_s = fast_s
        self._began_s = time.monotonic()

    @classmethod
    def to_catch_up(cls, *, now_ms: int, speed: float, duration_s: float) -> Clock:
        """A clock that shows the wall clock's time after *duration_s* (wall) seconds.

        The faster it runs, the further back it starts, so no event time is ever in the future.
        """
        if speed <= 1.0:
            return cls(start_ms=now_ms, speed=speed)
        behind_ms = round((speed - 1.0) * duration_s * 1000)
        return cls(start_ms=now_ms - behind_ms, speed=speed, fast_s=duration_s)

    def now_ms(self) -> int:
        """What the clock shows."""
        elapsed_s = time.monotonic() - self._began_s
        ahead_s = (self._speed - 1.0) * min(elapsed_s, self._fast_s)
        return self.start_ms + round((elapsed_s + ahead_s) * 1000)

    async def reach(self, t_ms: int, stop: asyncio.Event) -> bool:
        """Wait until the clock shows *t_ms*. False when *stop* came first."""
        wait_s = self._began_s + self._seconds_until(t_ms) - time.monotonic()
        try:
            # Zero lets the other devices take their turn when this one is behind.
            async with asyncio.timeout(max(wait_s, 0.0)):
                await stop.wait()
        except TimeoutError:
            pass
        return not stop.is_set()

    def _seconds_until(self, t_ms: int) -> float:
        """Wall seconds from the beginning until the clock shows *t_ms*."""
        simulated_s = (t_ms - self.start_ms) / 1000
        fast_s = min(simulated_s / self._speed, self._fast_s)
        return fast_s + max(0.0, simulated_s - fast_s * self._speed)
