"""The report of a run: what was sent, stored, raised and shown, and how soon."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from local.report.recovery import Work, plans_report
from local.report.run_log import SentMessage, TrueFault

# An alert needs a few anomalous readings in a row, and a window forgets a fault only after it.
GRACE_MS = 40_000


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything known of a run from outside. Times in ms.

    ``stored``: the ``readings`` documents (deviceId, id, t). ``alerts``: the ``alerts`` documents.
    ``work``: the fleet's tasks.
    ``stored_at`` by (device id, document id), ``pushed_at`` by (device id, last event time),
    ``alerts_pushed_at`` by (device id, document id).
    """

    stored: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]
    dead_letters: int
    work: Work
    stored_at: Mapping[tuple[str, str], float]
    pushed_at: Mapping[tuple[str, int], float]
    alerts_pushed_at: Mapping[tuple[str, str], float]


def build_report(
    sent: Sequence[SentMessage],
    faults: Sequence[TrueFault],
    observed: Observed,
    *,
    duration_s: float,
) -> dict[str, Any]:
    """The report in the format of docs/operations.md."""
    produced = {(message.device_id, t) for message in sent for t in message.t}
    stored = Counter(
        (document["deviceId"], t) for document in observed.stored for t in document["t"]
    )
    raised = [alert for alert in observed.alerts if alert["type"] == "raised"]
    pushed = [
        alert for alert in raised if (alert["deviceId"], alert["id"]) in observed.alerts_pushed_at
    ]
    # What the devices bring along from before the run is old when it is sent: no latency.
    start = min((message.produced_at for message in sent), default=0)
    live = [message for message in sent if message.t[-1] >= start]
    devices = {message.device_id for message in sent}
    return {
        "messages_sent": sum(message.acked_at is not None for message in sent),
        "readings_sent": len(produced),
        "readings_stored": len(produced & stored.keys()),
        "lost": len(produced - stored.keys()),
        "duplicates": sum(count - 1 for count in stored.values()),
        "dead_lettered": observed.dead_letters,
        "alerts_raised": len(raised),
        "incidents_opened": None,
        "alerts_pushed": len(pushed),
        "latency_ms": {
            "stored": _percentiles(_stored_latencies(live, observed)),
            "pushed": _percentiles(
                _pushed_latencies(live, observed) + _alert_latencies(live, raised, observed)
            ),
        },
        "detection": _detection(faults, raised, devices=len(devices), duration_s=duration_s),
        "plans": plans_report(observed.work, faults, ended_ms=_last_t(sent)),
    }


def _last_t(sent: Sequence[SentMessage]) -> float:
    """The last event time that was sent: what is later nobody knows."""
    return max((message.t[-1] for message in sent), default=0)


def failures(report: Mapping[str, Any]) -> list[str]:
    """What of a report must not be, in words; empty when all is well."""
    found = []
    if report["lost"]:
        found.append(f"{report['lost']} readings were lost")
    if report["duplicates"]:
        found.append(f"{report['duplicates']} readings were stored twice")
    if report["dead_lettered"]:
        found.append(f"{report['dead_lettered']} messages became dead letters")
    if report["alerts_pushed"] != report["alerts_raised"]:
        found.append(
            f"{report['alerts_raised']} alerts were raised, {report['alerts_pushed']} were shown"
        )
    return found


def _stored_latencies(sent: Sequence[SentMessage], observed: Observed) -> list[float]:
    return [
        observed.stored_at[key] - message.sent_at
        for message in sent
        if message.sent_at is not None
        and (key := (message.device_id, f"{message.t[0]}-{message.seq}")) in observed.stored_at
    ]


def _pushed_latencies(sent: Sequence[SentMessage], observed: Observed) -> list[float]:
    return [
        observed.pushed_at[key] - message.sent_at
        for message in sent
        if message.sent_at is not None
        and (key := (message.device_id, message.t[-1])) in observed.pushed_at
    ]


def _alert_latencies(
    sent: Sequence[SentMessage], raised: Sequence[Mapping[str, Any]], observed: Observed
) -> list[float]:
    sent_at = {(message.device_id, t): message.sent_at for message in sent for t in message.t}
    latencies = []
    for alert in raised:
        pushed_at = observed.alerts_pushed_at.get((alert["deviceId"], alert["id"]))
        started = sent_at.get((alert["deviceId"], alert["t"]))
        if pushed_at is not None and started is not None:
            latencies.append(pushed_at - started)
    return latencies


def _percentiles(latencies: Sequence[float]) -> dict[str, float | None]:
    """Nearest-rank percentiles in ms, None without a sample."""
    if not latencies:
        return {"p50": None, "p99": None}
    ordered = sorted(latencies)
    return {
        f"p{percent}": round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)
        for percent in (50, 99)
    }


def _detection(
    faults: Sequence[TrueFault],
    raised: Sequence[Mapping[str, Any]],
    *,
    devices: int,
    duration_s: float,
) -> dict[str, Any]:
    # Late data is not a fault of the machine: nothing should be raised for it.
    real = [fault for fault in faults if fault.kind != "late_burst"]
    delays = [delay for fault in real if (delay := _first_alert_after(fault, raised)) is not None]
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


def _first_alert_after(fault: TrueFault, raised: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds from the fault's start to the first alert that belongs to it."""
    times = [alert["t"] for alert in raised if _belongs(alert, fault)]
    return (min(times) - fault.start) / 1_000 if times else None
