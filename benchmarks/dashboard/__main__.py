"""What the dashboard costs a browser, with 500 devices that each send a reading a second.

``python -m benchmarks.dashboard --json`` prints one JSON object, measured in the built page, in a
headless Chromium; API and live service are answered within the page (plant.js):

- ``first_load_kb``: compressed JavaScript until the overview is drawn
- ``update_p95_ms``, ``update_median_ms``: main thread for one update of all devices, 24 charts with
  600 points each on the screen
- ``echarts_update_p95_ms``: the same points in 24 charts of ECharts, for comparison
- ``overview_p95_ms``: the same update while the overview is shown
- ``heap_growth_pct``: the larger growth of the heap, over NAVIGATIONS changes of the view and over
  ten minutes of live data, told as fast as it is drawn
"""

from __future__ import annotations

from benchmarks import report
from benchmarks.dashboard.measure import measure

if __name__ == "__main__":
    report.main("benchmarks.dashboard", __doc__ or "", measure)
