"""What a campaign came to: the account of its run, held against the time of trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.chaos.scene import Span
from local.report.latency import find_percentiles, list_alerts, list_stored
from local.run import Account


@dataclass(frozen=True, slots=True)
class Figures:
    """One campaign's line. ``shown``: of ``raised``, those that reached a browser, pushed or when
    it caught up. The latencies are those of what was sent while something was wrong; None where
    nothing was."""

    name: str
    lost: int
    duplicates: int
    dead_lettered: int
    raised: int
    shown: int
    stored_p99_ms: float | None
    shown_p99_ms: float | None


def count(name: str, report: Mapping[str, Any], account: Account, wrong: Sequence[Span]) -> Figures:
    """The figures of a run in which something was *wrong*."""
    sent = [
        message
        for message in account.sent
        if message.sent_at is not None and any(span.covers(message.sent_at) for span in wrong)
    ]
    times = {(message.device_id, t) for message in sent for t in message.t}
    raised = [
        alert
        for alert in account.observed.alerts
        if alert["type"] == "raised" and (alert["deviceId"], alert["t"]) in times
    ]
    return Figures(
        name=name,
        lost=report["lost"],
        duplicates=report["duplicates"],
        dead_lettered=report["dead_lettered"],
        raised=report["alerts_raised"],
        shown=report["alerts_pushed"],
        stored_p99_ms=find_percentiles(list_stored(sent, account.observed))["p99"],
        shown_p99_ms=find_percentiles(list_alerts(sent, raised, account.observed))["p99"],
    )
