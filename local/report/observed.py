"""What is known of a run from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.report.recovery import Work


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything known of a run from outside. Times in ms.

    ``stored``: the ``readings`` documents (deviceId, id, t). ``alerts``: the ``alerts`` documents.
    ``incidents``: the ``incidents`` documents (siteId, id, deviceIds).
    ``work``: the fleet's tasks.
    ``stored_at`` by (device id, document id), ``pushed_at`` by (device id, last event time),
    ``alerts_pushed_at`` and, of alerts that a client read when it had connected again,
    ``alerts_caught_up_at`` by (device id, document id).
    """

    stored: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]
    incidents: Sequence[Mapping[str, Any]]
    dead_letters: int
    work: Work
    stored_at: Mapping[tuple[str, str], float]
    pushed_at: Mapping[tuple[str, int], float]
    alerts_pushed_at: Mapping[tuple[str, str], float]
    alerts_caught_up_at: Mapping[tuple[str, str], float]

    def find_shown_at(self, device_id: str, document_id: str) -> float | None:
        """When an alert reached a browser (ms), pushed or read; None while it has not."""
        key = (device_id, document_id)
        times = [self.alerts_pushed_at.get(key), self.alerts_caught_up_at.get(key)]
        return min((at for at in times if at is not None), default=None)
