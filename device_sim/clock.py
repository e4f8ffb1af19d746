"""The time a simulation lives in: the wall clock, or a faster one that ends with it."""

from __future__ import annotations

import asyncio
import time


class Clock:
    """Simulated time in ms, running *speed* times as fast as the wall clock from *start_ms* on."""

    def __init__(self, *, start_ms: int, speed: float) -> None:
        self.start_ms = start_ms
        self._speed = speed
        self._began_s = time.monotonic()

    @classmethod
    def ending_now(cls, *, now_ms: int, speed: float, duration_s: float) -> Clock:
        """A clock that shows the wall clock's time after *duration_s* (wall) seconds.

        The faster it runs, the further back it starts, so no event time is ever in the future.
        """
        behind_ms = max(0, round((speed - 1.0) * duration_s * 1000))
        return cls(start_ms=now_ms - behind_ms, speed=speed)

    def now_ms(self) -> float:
        elapsed_ms = (time.monotonic() - self._began_s) * 1000
        return self.start_ms + elapsed_ms * self._speed

    async def reach(self, t_ms: int, stop: asyncio.Event) -> bool:
        """Wait until the clock shows *t_ms*. False when *stop* came first."""
        wait_s = (t_ms - self.now_ms()) / 1000 / self._speed
        try:
            # Zero lets the other devices take their turn when this one is behind.
            async with asyncio.timeout(max(wait_s, 0.0)):
                await stop.wait()
        except TimeoutError:
            pass
        return not stop.is_set()
