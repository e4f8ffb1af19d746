"""How often people are called in a month, and whether each fault is among the calls.

``python -m benchmarks.incidents --json`` plays 30 days of 200 devices with 300 faults through the
use cases and prints one JSON object:

- ``ours``: announced incidents. ``faults_covered_pct``: faults with an incident of their device
  while they last, which was announced, or held by planned maintenance in which the whole fault
  lies; ``incidents_per_fault``, ``notifications_per_fault``: how many were announced of each that
  does not lie in maintenance; ``building_incidents``:
  into how many a building came that was cut off; ``older_than_day``: open, active and not held for
  more than a day, at the worst midnight
- ``top10_pct``: of the ten noisiest sources, an alarm of the standards: a device and what is odd of
  it. ``top10_devices_pct``: of the ten noisiest devices, whatever was odd; of 200 that are all
  alike, ten are 5 % already, and chance brings more
- ``raw_alerts``: every raised alert calls
- ``by_device``: an alert calls unless its device was in one in the last 15 minutes
- ``floor``: ``top10_pct`` if nobody but the faults called, which no grouping can be below
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks import report
from benchmarks.incidents.month import (
    DAYS,
    DEVICES,
    SEED,
    START_MS,
    Fault,
    Month,
    is_in_maintenance,
    make_month,
)
from benchmarks.incidents.play import play
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.performance import DAY_MS, NOISIEST, Call, call_of, rate_calls
from tocsin.domain.incidents.policy import DEFAULT_POLICY


def measure(seed: int = SEED) -> dict[str, Any]:
    """Play the month and count."""
    logging.getLogger("tocsin").setLevel(logging.CRITICAL)  # that no model is active, 3 000 times
    month = make_month(seed)
    began = time.perf_counter()
    played = play(month)
    seconds = time.perf_counter() - began
    announced = [incident for incident in played.incidents if incident.announced_at is not None]
    planned = [fault for fault in month.faults if is_in_maintenance(fault)]
    unplanned = [fault for fault in month.faults if not is_in_maintenance(fault)]
    ours = _rate([call for each in announced if (call := call_of(each)) is not None])
    return {
        "ours": ours
        | {"older_than_day": played.older_than_day}
        | _rate_faults(unplanned, announced)
        | {"faults_covered_pct": _rate_cover(unplanned, announced, planned, played.incidents)}
        | {"building_incidents": _count_building(month, played.incidents)},
        "raw_alerts": _rate([_raw_call(alert) for alert in _list_raised(month)]),
        "by_device": _rate(_group_by_device(month)),
        "floor": {"top10_pct": _find_floor(month)},
        "days": DAYS,
        "devices": DEVICES,
        "faults": len(month.faults),
        "faults_in_maintenance": len(planned),
        "alerts": len(_list_raised(month)),
        "seed": seed,
        "seconds": round(seconds, 1),
    }


def _rate(calls: Sequence[Call]) -> dict[str, Any]:
    figures = asdict(rate_calls(calls, START_MS, START_MS + DAYS * DAY_MS))
    del figures["noisiest"]
    by_device = Counter(call.device_id for call in calls).most_common(NOISIEST)
    share = sum(count for _, count in by_device) / max(len(calls), 1)
    return figures | {"top10_devices_pct": round(100 * share, 2)}


def _raw_call(alert: Alert) -> Call:
    what = next(iter(alert.contributions), alert.cause)
    return Call(alert.t, alert.device_id, str(what))


def _list_raised(month: Month) -> list[Alert]:
    return [alert for alert in month.alerts if alert.change == "raised"]


def _group_by_device(month: Month) -> list[Call]:
    last: dict[str, int] = {}
    calls = []
    for alert in month.alerts:
        before = last.get(alert.device_id)
        is_new = before is None or alert.t - before > DEFAULT_POLICY.quiet_ms
        if alert.change == "raised" and is_new:
            calls.append(_raw_call(alert))
        last[alert.device_id] = alert.t
    return calls


def _rate_faults(faults: Sequence[Fault], announced: Sequence[Incident]) -> dict[str, float]:
    found = _find_incidents(faults, announced)
    touched = sum(map(len, found))
    covered = sum(bool(some) for some in found)
    # An incident is announced once, so it calls once; a fault without any has none to count.
    calls = len({each.incident_id for some in found for each in some})
    return {
        "incidents_per_fault": round(touched / max(covered, 1), 3),
        "notifications_per_fault": round(calls / len(faults), 3),
    }


def _rate_cover(
    unplanned: Sequence[Fault],
    announced: Sequence[Incident],
    planned: Sequence[Fault],
    every: Sequence[Incident],
) -> float:
    """What nobody was called of has to be there for whoever looks, and to say that it was held."""
    called = sum(map(bool, _find_incidents(unplanned, announced)))
    held = sum(any(map(_was_held, found)) for found in _find_incidents(planned, every))
    return round(100 * (called + held) / (len(unplanned) + len(planned)), 2)


def _was_held(incident: Incident) -> bool:
    return any(
        entry.what == "held" and "maintenance" in (entry.after or "")
        for entry in incident.timeline.entries
    )


def _find_incidents(faults: Sequence[Fault], incidents: Sequence[Incident]) -> list[list[Incident]]:
    """Those of each fault."""
    by_device: dict[str, list[Incident]] = {}
    for incident in incidents:
        for device_id in incident.process.device_ids:
            by_device.setdefault(device_id, []).append(incident)
    return [
        [each for each in by_device.get(fault.device_id, ()) if _belongs(each, fault)]
        for fault in faults
    ]


def _belongs(incident: Incident, fault: Fault) -> bool:
    source = incident.process.find_source(fault.device_id)
    assert source is not None, "looked up by it"
    return any(
        episode.order <= fault.end and (episode.cleared_t or fault.end) >= fault.start
        for episode in source.episodes
    )


def _count_building(month: Month, incidents: Sequence[Incident]) -> int:
    devices = set(month.cut_off)
    return sum(
        any("silence" in source.causes for source in incident.process.sources)
        and not devices.isdisjoint(incident.process.device_ids)
        for incident in incidents
    )


def _find_floor(month: Month) -> float:
    """Each fault calls once; ten sources with the most of them."""
    calls = []
    for fault in month.faults:
        raised = next(
            alert
            for alert in month.alerts
            if alert.device_id == fault.device_id and alert.t == fault.start
        )
        calls.append(_raw_call(raised))
    return float(_rate(calls)["top10_pct"])


if __name__ == "__main__":
    report.main("benchmarks.incidents", "How often people are called.", measure)
