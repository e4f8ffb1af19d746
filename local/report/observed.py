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
