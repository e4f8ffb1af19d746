"""Measures the built page in a browser."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.dashboard.growth import go, grow_by_living, grow_by_navigating
from benchmarks.dashboard.samples import make_samples
from benchmarks.dashboard.serve import ECHARTS, HERE, check_built, serve
from benchmarks.dashboard.watching import Watch, find_median, find_p95
from local.setup.browser import find_browser
from tocsin.adapters.page_files import FOLDER

CHARTS: Final = 24
WITHIN_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Extent:
    """How long to look. ``live_s``: seconds of live data, one message each, in real time."""

    updates: int = 60
    navigations: int = 200
    live_s: int = 600


def measure(extent: Extent) -> dict[str, Any]:
    """Every figure. Raises FileNotFoundError where the page is not built."""
    check_built()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        with serve(FOLDER) as address:
            figures = _measure_page(browser, address, extent)
        echarts = _measure_echarts(browser, extent.updates)
        browser.close()
    ratio = figures["update_median_ms"] / echarts["echarts_update_median_ms"]
    return {**figures, **echarts, "ratio_to_echarts": round(ratio, 3)}


def _measure_page(browser: Browser, address: str, extent: Extent) -> dict[str, Any]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(WITHIN_MS)
    page.add_init_script(f"window.benchSamples = {json.dumps(make_samples())}")
    page.add_init_script(path=HERE / "plant.js")
    scripts: list[Response] = []
    page.on("response", lambda found: scripts.append(found) if _is_script(found) else None)
    page.goto(address)
    page.locator("[data-tile]").first.wait_for()
    first_load = sum(len(gzip.compress(script.body(), 6)) for script in scripts)
    watch = Watch(page)
    overview = watch.measure_updates(extent.updates)
    device = _measure_device(watch, extent.updates)
    navigating = grow_by_navigating(watch, extent.navigations)
    living = grow_by_living(watch, extent.live_s)
    page.context.close()
    return {
        "first_load_kb": round(first_load / 1000, 1),
        "update_p95_ms": find_p95(device),
        "update_median_ms": find_median(device),
        "overview_p95_ms": find_p95(overview),
        "overview_median_ms": find_median(overview),
        "heap_growth_pct": round(max(navigating, living), 1),
        "heap_navigating_pct": round(navigating, 1),
        "heap_living_pct": round(living, 1),
        "devices": 500,
        "charts": CHARTS,
    }


def _is_script(found: Response) -> bool:
    return found.url.endswith(".js")


def _measure_device(watch: Watch, updates: int) -> list[float]:
    """With every chart of a device in sight."""
    page = watch.page
    go(page, "devices/bench-000")
    page.locator("[data-chart] canvas").first.wait_for()
    drawn = page.locator("[data-chart] canvas").count()
    if drawn != CHARTS:
        raise RuntimeError(f"{drawn} charts are on the screen, not {CHARTS}")
    page.set_viewport_size({"width": 1920, "height": 2400})
    return watch.measure_updates(updates)


def _measure_echarts(browser: Browser, updates: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="tocsin-echarts-") as folder:
        for path in (ECHARTS / "echarts.min.js", HERE / "echarts.html", HERE / "compare.js"):
            shutil.copy(path, folder)
        with serve(Path(folder)) as address:
            page: Page = browser.new_page(viewport={"width": 1920, "height": 2400})
            page.set_default_timeout(WITHIN_MS)
            page.goto(f"{address}echarts.html")
            page.locator("canvas").first.wait_for()
            times = Watch(page).measure_updates(updates)
            page.context.close()
    return {
        "echarts_update_p95_ms": find_p95(times),
        "echarts_update_median_ms": find_median(times),
    }
