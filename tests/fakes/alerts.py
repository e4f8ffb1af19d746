"""Alerts of incidents' tests: raised and cleared, of any device and cause."""

from __future__ import annotations

from typing import Any

from tests.fakes.records import alert_record
from tocsin.domain.alerts.alert import Alert, Cause


def raise_alert(
    device_id: str, t: int, *, cause: Cause = "score", score: float = 11.5, site_id: str = "north"
) -> Alert:
    """*device_id* goes into alert at event time *t* (ms)."""
    by_cause: dict[Cause, dict[str, Any]] = {
        "score": {},
        "sensors": {"contributions": {}, "sensors": {"heat_c": "missing"}},
        "silence": {"contributions": {}, "score": None, "threshold": None, "modelVersion": None},
    }
    fields = {"score": score, "siteId": site_id, **by_cause[cause]}
    return alert_record(t, device_id, cause=cause, **fields)


def clear_alert(device_id: str, raised_t: int, t: int, *, site_id: str = "north") -> Alert:
    """The alert that was raised at *raised_t* clears at *t* (ms)."""
    return alert_record(
        t, device_id, id=f"{t}-cleared", type="cleared", alertId=f"{device_id}-{raised_t}",
        score=1.0, cause=None, contributions={}, siteId=site_id,
    )  # fmt: skip
