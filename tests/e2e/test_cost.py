"""What the page costs a browser, in the short form of ``python -m benchmarks.dashboard``."""

from __future__ import annotations

import pytest

from benchmarks.dashboard.measure import Extent, measure
from benchmarks.dashboard.serve import find_missing
from local.setup.browser import find_browser

pytestmark = [
    pytest.mark.measures_time,
    pytest.mark.skipif(find_browser() is None, reason="no browser: install chromium"),
    pytest.mark.skipif(bool(find_missing()), reason="not built: python -m local setup"),
]

SHORT = Extent(updates=10, navigations=20, live_s=5)


@pytest.mark.timeout(300)  # half a minute where nothing else runs
def test_the_page_is_light_and_quick_and_keeps_nothing() -> None:
    figures = measure(SHORT)
    assert figures["first_load_kb"] <= 280
    assert figures["charts"] == 24
    # The median: with so few updates the 95th percentile is one collection of garbage.
    assert figures["update_median_ms"] <= 50
    assert figures["ratio_to_echarts"] < 0.7
    assert abs(figures["heap_growth_pct"]) <= 10
