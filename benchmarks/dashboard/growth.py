"""By how much the heap of a page grows that is used for long."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from benchmarks.dashboard.watching import Watch

VIEWS: Final = (
    "", "devices/bench-000", "incidents", "maintenance", "alarm-performance", "alerts", "work",
    "model", "try?device=bench-001", "settings",
)  # fmt: skip
# What is kept for a while, such as the trail of each device, is full by then.
FIRST_S: Final = 130
# By then each line has been carried on, and what draws it is compiled.
FIRST_UPDATES: Final = 40


def go(page: Page, place: str) -> None:
    """To another view, without loading the page again."""
    page.evaluate("place => { location.hash = `#/${place}`; }", place)


def grow_by_navigating(watch: Watch, times: int) -> float:
    """How much the heap grows over so many changes of the view, %."""
    _navigate(watch.page, 2 * len(VIEWS))  # so that every view is loaded
    before = watch.read_heap()
    _navigate(watch.page, times)
    return (watch.read_heap() / before - 1) * 100


def _navigate(page: Page, times: int) -> None:
    for number in range(times):
        go(page, VIEWS[number % len(VIEWS)])
        page.locator("main :is(.section, .chart, .title)").first.wait_for()
    go(page, "")
    page.locator("[data-tile]").first.wait_for()


def grow_by_living(watch: Watch, live_s: int) -> float:
    """How much the heap grows over so many seconds of live data, one message each, %.

    The charts of a device are shown meanwhile, which are what keeps most.
    """
    for _ in range(FIRST_S):
        watch.page.evaluate("bench.tell()")
    go(watch.page, "devices/bench-000")
    watch.page.locator("[data-chart] canvas").first.wait_for()
    watch.measure_updates(FIRST_UPDATES)
    before = watch.read_heap()
    for _ in range(live_s):
        watch.page.evaluate("bench.tell()")
        watch.page.wait_for_timeout(1_000)
    return (watch.read_heap() / before - 1) * 100
