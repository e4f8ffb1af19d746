"""The report of a run: what was sent, stored, raised and shown, and how soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from local.report.detection import judge_detection
from local.report.latency import measure_latencies
from local.report.observed import Observed
from local.report.recovery import report_plans
from local.report.run_log import SentMessage, TrueFault


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
    keys = {(alert["deviceId"], alert["id"]) for alert in raised}
    shown = {key for key in keys if observed.find_shown_at(*key) is not None}
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
        "incidents_opened": len(observed.incidents),
        "alerts_pushed": len(shown),
        "alerts_caught_up": len(shown - observed.alerts_pushed_at.keys()),
        "latency_ms": measure_latencies(live, raised, observed),
        "detection": judge_detection(faults, raised, devices=len(devices), duration_s=duration_s),
        "plans": report_plans(observed.work, faults, ended_ms=_find_last_t(sent)),
    }


def list_failures(report: Mapping[str, Any]) -> list[str]:
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


def _find_last_t(sent: Sequence[SentMessage]) -> float:
    """The last event time that was sent: nothing is known of what comes after."""
    return max((message.t[-1] for message in sent), default=0)
