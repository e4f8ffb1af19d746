"""How soon messages and alerts were stored and shown, counted from when they were sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from local.report.observed import Observed
from local.report.run_log import SentMessage


def measure_latencies(
    sent: Sequence[SentMessage], raised: Sequence[Mapping[str, Any]], observed: Observed
) -> dict[str, dict[str, float | None]]:
    """The report's ``latency_ms``: ``stored`` and ``pushed``, each with ``p50`` and ``p99``.

    *sent*: the messages that count. *raised*: the alerts (deviceId, id, t) that were raised.
    """
    return {
        "stored": find_percentiles(list_stored(sent, observed)),
        "pushed": find_percentiles(
            list_pushed(sent, observed) + list_alerts(sent, raised, observed)
        ),
    }


def list_stored(sent: Sequence[SentMessage], observed: Observed) -> list[float]:
    """Milliseconds from the sending of each of *sent* until it was seen in the database."""
    return [
        observed.stored_at[key] - message.sent_at
        for message in sent
        if message.sent_at is not None
        and (key := (message.device_id, f"{message.t[0]}-{message.seq}")) in observed.stored_at
    ]


def list_pushed(sent: Sequence[SentMessage], observed: Observed) -> list[float]:
    """Milliseconds from the sending of each of *sent* until a browser had its last reading."""
    return [
        observed.pushed_at[key] - message.sent_at
        for message in sent
        if message.sent_at is not None
        and (key := (message.device_id, message.t[-1])) in observed.pushed_at
    ]


def list_alerts(
    sent: Sequence[SentMessage], raised: Sequence[Mapping[str, Any]], observed: Observed
) -> list[float]:
    """Milliseconds from the sending of the reading that raised each of *raised* until a browser
    had the alert."""
    sent_at = {(message.device_id, t): message.sent_at for message in sent for t in message.t}
    latencies = []
    for alert in raised:
        shown_at = observed.find_shown_at(alert["deviceId"], alert["id"])
        started = sent_at.get((alert["deviceId"], alert["t"]))
        if shown_at is not None and started is not None:
            latencies.append(shown_at - started)
    return latencies


def find_percentiles(latencies: Sequence[float]) -> dict[str, float | None]:
    """``p50`` and ``p99``: nearest-rank percentiles in ms, None without a sample."""
    if not latencies:
        return {"p50": None, "p99": None}
    ordered = sorted(latencies)
    return {
        f"p{percent}": round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)
        for percent in (50, 99)
    }
