"""What the dashboard costs a browser, with 500 devices that each send a reading a second.

``python -m benchmarks.dashboard --json`` prints one JSON object, measured in the built page, in a
headless Chromium; API and live service are answered within the page (plant.js):

- ``first_load_kb``: compressed JavaScript until the overview is drawn
- ``update_p95_ms``, ``update_median_ms``: main thread for one update of all devices, 24 charts with
  600 points each on the screen
- ``echarts_update_p95_ms``, ``echarts_update_median_ms``: the same points in 24 charts of ECharts,
  for comparison; ``ratio_to_echarts`` is that of the medians
- ``overview_p95_ms``, ``overview_median_ms``: the same update while the overview is shown
- ``heap_growth_pct``: the larger of ``heap_navigating_pct``, the growth of the heap over 200
  changes of the view, and ``heap_living_pct``, that over ten minutes of live data, a message a
  second

Times are processor time of the page's main thread, so other programs disturb them little. It takes
a quarter of an hour; ``--updates``, ``--navigations`` and ``--live-s`` are for a shorter look.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import report
from benchmarks.dashboard.measure import Extent, measure


def main(arguments: Sequence[str] | None = None) -> None:
    whole = Extent()
    parser = report.make_parser("benchmarks.dashboard", __doc__ or "")
    parser.add_argument(
        "--updates", type=int, default=whole.updates, help="of each view, 2 or more"
    )
    parser.add_argument("--navigations", type=int, default=whole.navigations)
    parser.add_argument("--live-s", type=int, default=whole.live_s, help="seconds of live data")
    options = parser.parse_args(arguments)
    figures = measure(Extent(options.updates, options.navigations, options.live_s))
    command = (
        f"python -m benchmarks.dashboard --json --updates {options.updates} "
        f"--navigations {options.navigations} --live-s {options.live_s}"
    )
    report.print_figures(figures, command, as_json=options.json)


if __name__ == "__main__":
    main()
