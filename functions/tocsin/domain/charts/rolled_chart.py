"""Which resolution a range is shown in, and its cells as series for a chart."""

from __future__ import annotations

from typing import Any

from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.rollup import DAY_MS, HOUR, HOUR_MS, MINUTE, Resolution

LONGEST_RAW_MS = 2 * HOUR_MS
LONGEST_BY_MINUTE_MS = 2 * DAY_MS


def choose_resolution(span_ms: int, most: int) -> Resolution | None:
    """How finely *span_ms* is shown in *most* points; None for single readings.

    Minutes only where hours are fewer than the points, so that a price is paid for what is seen.
    """
    if span_ms <= LONGEST_RAW_MS:
        return None
    is_long = span_ms > LONGEST_BY_MINUTE_MS or span_ms // HOUR.cell_ms >= most
    return HOUR if is_long else MINUTE


def choose_step(span_ms: int, most: int, cell_ms: int) -> int:
    """The time (ms) that a point spans so that *most* points hold the range: whole cells."""
    # Cut at its multiples, a range may touch one step more than it is long.
    return max(1, -(-span_ms // ((most - 1) * cell_ms))) * cell_ms


def describe_cells(cells: Cells, step_ms: int) -> dict[str, Any]:
    """The cells in points of *step_ms* each, as the API answers them."""
    points = cells.gather(step_ms)
    t = points.t.tolist()
    return {
        "readings": int(points.readings.sum()),
        "threshold": cells.threshold,
        "points": {
            "t": t,
            "readings": points.readings.tolist(),
            "anomalous": points.anomalous.tolist(),
        },
        "series": {name: {"t": t, **part.to_columns()} for name, part in points.series.items()},
    }
