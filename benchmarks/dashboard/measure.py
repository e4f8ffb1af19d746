"""Measures the built page in a browser."""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.dashboard.samples import make_samples
from benchmarks.dashboard.serve import ECHARTS, HERE, check_built, serve
from local.setup.browser import find_browser
from tocsin.adapters.page_files import FOLDER

UPDATES: Final = 60
WARM_UP: Final = 5
REST_MS: Final = 450  # longer than the page waits before it draws
NAVIGATIONS: Final = 200
LIVE_SECONDS: Final = 600
CHARTS: Final = 24
WITHIN_MS: Final = 60_000
VIEWS: Final = ("", "devices/bench-000", "incidents", "alerts", "work", "model", "settings")


def measure() -> dict[str, Any]:
    """Every figure. Raises FileNotFoundError where the page is not built."""
    check_built()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        with serve(FOLDER) as address:
            figures = _measure_page(browser, address)
        figures |= _measure_echarts(browser)
        browser.close()
    return figures


def _measure_page(browser: Browser, address: str) -> dict[str, Any]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(WITHIN_MS)
    page.add_init_script(f"window.benchSamples = {json.dumps(make_samples())}")
    page.add_init_script(path=HERE / "plant.js")
    scripts: dict[str, bytes] = {}
    page.on(
        "response",
        lambda answer: (
            scripts.update({answer.url: answer.body()}) if answer.url.endswith(".js") else None
        ),
    )
    page.goto(address)
    page.locator("[data-tile]").first.wait_for()
    first_load = sum(len(gzip.compress(body, 6)) for body in scripts.values())
    watch = page.context.new_cdp_session(page)
    watch.send("Performance.enable")
    overview = _measure_updates(page, watch)
    _go(page, "devices/bench-000")
    page.locator("[data-chart] canvas").first.wait_for()
    drawn = page.locator("[data-chart] canvas").count()
    if drawn != CHARTS:
        raise RuntimeError(f"{drawn} charts are on the screen, not {CHARTS}")
    page.set_viewport_size({"width": 1920, "height": 2400})  # all of them in sight
    device = _measure_updates(page, watch)
    growth = max(_grow_by_navigating(page, watch), _grow_by_living(page, watch))
    page.context.close()
    return {
        "first_load_kb": round(first_load / 1000, 1),
        "update_p95_ms": find_p95(device),
        "update_median_ms": round(statistics.median(device), 1),
        "overview_p95_ms": find_p95(overview),
        "heap_growth_pct": round(growth, 1),
        "devices": 500,
        "charts": drawn,
    }


def _measure_echarts(browser: Browser) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tocsin-echarts-") as folder:
        for path in (ECHARTS / "echarts.min.js", HERE / "echarts.html", HERE / "compare.js"):
            shutil.copy(path, folder)
        with serve(Path(folder)) as address:
            page = browser.new_page(viewport={"width": 1920, "height": 2400})
            page.goto(f"{address}echarts.html")
            page.locator("canvas").first.wait_for()
            watch = page.context.new_cdp_session(page)
            watch.send("Performance.enable")
            times = _measure_updates(page, watch)
            page.context.close()
    return {"echarts_update_p95_ms": find_p95(times)}


def _measure_updates(page: Page, watch: CDPSession) -> list[float]:
    """The main thread's work for each of UPDATES updates, ms: message, state, drawing, layout."""
    times: list[float] = []
    for update in range(WARM_UP + UPDATES):
        before = _read_busy_s(watch)
        page.evaluate("bench.tell()")
        page.wait_for_timeout(REST_MS)
        if update >= WARM_UP:
            times.append((_read_busy_s(watch) - before) * 1_000)
    return times


def _read_busy_s(watch: CDPSession) -> float:
    found = watch.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in found if each["name"] == "TaskDuration"))


def find_p95(times: Sequence[float]) -> float:
    """The 95th percentile of *times*, to a tenth."""
    return round(statistics.quantiles(times, n=20)[-1], 1)


def _grow_by_navigating(page: Page, watch: CDPSession) -> float:
    """How much the heap grows over NAVIGATIONS changes of the view, %."""
    _navigate(page, 2 * len(VIEWS))  # so that every view is loaded
    before = _read_heap(watch)
    _navigate(page, NAVIGATIONS)
    return (_read_heap(watch) / before - 1) * 100


def _navigate(page: Page, times: int) -> None:
    for number in range(times):
        _go(page, VIEWS[number % len(VIEWS)])
        page.locator("main :is(.section, .chart, .title)").first.wait_for()
    _go(page, "")
    page.locator("[data-tile]").first.wait_for()


def _go(page: Page, place: str) -> None:
    page.evaluate("place => { location.hash = `#/${place}`; }", place)


def _grow_by_living(page: Page, watch: CDPSession) -> float:
    """How much the heap grows over LIVE_SECONDS of live data, %, told as fast as it is taken."""
    before = _read_heap(watch)
    for _ in range(LIVE_SECONDS // 10):
        page.evaluate("() => { for (let n = 0; n < 10; n += 1) bench.tell(); }")
        page.wait_for_timeout(REST_MS)
    return (_read_heap(watch) / before - 1) * 100


def _read_heap(watch: CDPSession) -> float:
    """Bytes in use once what nobody holds is gone."""
    for _ in range(2):
        watch.send("HeapProfiler.collectGarbage")
    return float(watch.send("Runtime.getHeapUsage")["usedSize"])
