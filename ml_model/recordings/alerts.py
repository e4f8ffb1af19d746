"""What is known of the faults in stored readings: the alerts raised, and operators' words on them.

An alert stands for a fault from one window before it was raised, since it is raised only after the
fault has begun, until it was cleared. What an operator called normal is no fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from azure.cosmos import ContainerProxy

from ml_model.recording import Recording, Span
from tocsin.domain.profile import Profile

LONGEST_MS = 30 * 24 * 3_600_000  # an alert still open that was raised so long ago: readings' ttl
_THRESHOLDS = "SELECT c.deviceId, c.labels FROM c WHERE c.type = 'threshold'"
_ALERTS = (
    "SELECT c.deviceId, c.type, c.alertId, c.t FROM c "
    "WHERE c.profile = @profile AND c.t >= @since AND c.t < @until"
)


def read_alerts(
    alerts: ContainerProxy, profile: Profile, since_ms: int, until_ms: int
) -> dict[str, Span]:
    """The alerts of *profile* that were raised or open in a range of time, by their ids.

    One that was not cleared within the range lasts until its end.
    """
    found = alerts.query_items(
        _ALERTS,
        parameters=[
            {"name": "@profile", "value": profile.name},
            {"name": "@since", "value": since_ms - LONGEST_MS},
            {"name": "@until", "value": until_ms},
        ],
        enable_cross_partition_query=True,
    )
    spans: dict[str, Span] = {}
    for document in sorted(found, key=lambda document: int(document["t"])):
        spans[document["alertId"]] = _span_of(document, until_ms)
    return {alert_id: span for alert_id, span in spans.items() if span.to_t >= since_ms}


def read_labels(settings: ContainerProxy) -> dict[str, str]:
    """What operators called alerts, ``normal`` or ``anomaly``, by the alerts' ids."""
    return {alert_id: label for _, alert_id, label in _query_labels(settings)}


def read_confirmations(settings: ContainerProxy) -> list[Span]:
    """Where operators called an alert an anomaly: when it was raised."""
    return [
        Span(device, time_of_alert(alert_id), time_of_alert(alert_id))
        for device, alert_id, label in _query_labels(settings)
        if label == "anomaly"
    ]


def time_of_alert(alert_id: str) -> int:
    """When an alert was raised: its id is the device's and the event time in ms."""
    return int(alert_id.rpartition("-")[2])


def mark_faults(
    recordings: Sequence[Recording], spans: Iterable[Span], kind: str, profile: Profile
) -> list[Recording]:
    """The recordings with fault *kind* in *spans* and in the window before each."""
    before_ms = round(profile.window * profile.period_s * 1_000)
    by_device: dict[str, list[Span]] = {}
    for span in spans:
        by_device.setdefault(span.device, []).append(span)
    marked = []
    for recording in recordings:
        faulty = np.zeros(len(recording.t), dtype=np.bool_)
        for span in by_device.get(recording.device, []):
            faulty |= (recording.t >= span.from_t - before_ms) & (recording.t <= span.to_t)
        marked.append(replace(recording, fault=np.where(faulty, kind, recording.fault)))
    return marked


def _span_of(document: Mapping[str, Any], until_ms: int) -> Span:
    cleared = document["type"] == "cleared"
    to_t = document["t"] if cleared else until_ms
    return Span(document["deviceId"], time_of_alert(document["alertId"]), to_t)


def _query_labels(settings: ContainerProxy) -> list[tuple[str, str, str]]:
    """Device, alert id and label of each alert that an operator judged."""
    found = settings.query_items(_THRESHOLDS, enable_cross_partition_query=True)
    return [
        (document["deviceId"], alert_id, label)
        for document in found
        for alert_id, label in document["labels"].items()
    ]
