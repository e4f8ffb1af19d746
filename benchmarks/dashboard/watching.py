"""What a page uses of its browser: its main thread, and its heap."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from playwright.sync_api import CDPSession, Page

WARM_UP: Final = 5
# The page draws at most every quarter of a second: a timer that is set before this one is due.
DRAWN: Final = """
async () => {
  bench.tell();
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
}
"""


class Watch:
    """Watches one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        # Processor time: a thread that waits for others would else be called busy.
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def measure_updates(self, count: int) -> list[float]:
        """The main thread's work for each of *count* updates, ms: message, state, drawing, layout.

        The page has `bench.tell`, which sends it the next second.
        """
        times: list[float] = []
        for _ in range(WARM_UP + count):
            before = self._read_busy_s()
            self.page.evaluate(DRAWN)
            times.append((self._read_busy_s() - before) * 1_000)
        return times[WARM_UP:]

    def read_heap(self) -> float:
        """Bytes in use once what nobody holds is gone."""
        for _ in range(2):
            self._session.send("HeapProfiler.collectGarbage")
        return float(self._session.send("Runtime.getHeapUsage")["usedSize"])

    def _read_busy_s(self) -> float:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in found if each["name"] == "TaskDuration"))


def find_p95(times: Sequence[float]) -> float:
    """The 95th percentile of *times* (two or more), to a tenth."""
    return round(statistics.quantiles(times, n=20, method="inclusive")[-1], 1)


def find_median(times: Sequence[float]) -> float:
    """To a tenth."""
    return round(statistics.median(times), 1)
