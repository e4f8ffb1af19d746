"""From the runs to what is printed of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.loop.run import Result
from benchmarks.loop.trio import Trio


def summarise(trios: Sequence[Trio], seconds: float) -> dict[str, Any]:
    worst = max(trios, key=lambda trio: trio.ratio)
    ratios = [trio.ratio for trio in trios]
    moves = sum(len(trio.optimiser.moved_at_s) for trio in trios)
    return {
        "runs": len(trios),
        "late_ratio": {"mean": _average(ratios), "worst": round(worst.ratio, 3)},
        "oracle_ratio": _average([trio.oracle_ratio for trio in trios]),
        "migrations_per_task_concerned": round(
            moves / max(sum(trio.optimiser.concerned for trio in trios), 1), 3
        ),
        "most_migrations_per_task_concerned": round(max(trio.moves_per_task for trio in trios), 3),
        "precision": _find_precision([trio.optimiser for trio in trios]),
        "precision_paused": _find_precision([trio.paused for trio in trios]),
        "moves_after_end": sum(trio.moves_after_end for trio in trios),
        "worst_run": worst.describe(),
        "seconds": round(seconds, 1),
    }


def _find_precision(results: Sequence[Result]) -> float | None:
    """None where nothing was raised."""
    alerts = sum(result.alerts for result in results)
    return round(sum(result.justified for result in results) / alerts, 3) if alerts else None


def _average(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3)
