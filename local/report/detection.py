"""Which of the simulated faults raised an alert, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from local.report.run_log import TrueFault

# An alert needs a few anomalous readings in a row, and a window forgets a fault only after it.
GRACE_MS = 40_000


def judge_detection(
    faults: Sequence[TrueFault],
    raised: Sequence[Mapping[str, Any]],
    *,
    devices: int,
    duration_s: float,
) -> dict[str, Any]:
    """The report's ``detection``: the *raised* alerts (deviceId, t) against the true *faults*."""
    # Late data is not a fault of the machine: nothing should be raised for it.
    real = [fault for fault in faults if fault.kind != "late_burst"]
    delays = [delay for fault in real if (delay := _find_delay(fault, raised)) is not None]
    true_alerts = sum(any(_belongs(alert, fault) for fault in real) for alert in raised)
    device_days = devices * duration_s / 86_400
    return {
        "precision": true_alerts / len(raised) if raised else None,
        "recall": len(delays) / len(real) if real else None,
        "events_detected": len(delays),
        "events_total": len(real),
        "median_delay_s": round(median(delays), 1) if delays else None,
        "false_alerts_per_device_day": (len(raised) - true_alerts) / device_days
        if device_days
        else None,
    }


def _belongs(alert: Mapping[str, Any], fault: TrueFault) -> bool:
    inside = fault.start <= int(alert["t"]) < fault.end + GRACE_MS
    return inside and bool(alert["deviceId"] == fault.device_id)


def _find_delay(fault: TrueFault, raised: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds from the fault's start to the first alert that belongs to it."""
    times = [alert["t"] for alert in raised if _belongs(alert, fault)]
    return (min(times) - fault.start) / 1_000 if times else None
