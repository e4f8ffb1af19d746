"""What becomes of a device when people call what it does normal from now on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NewNormal:
    """What becomes of a device whose open alert is called normal.

    shifts: by channel what will be taken off its values, all baselines before included.
    factor: on the profile's threshold; None leaves it to what the device learns.
    readings: how many of the newest were looked at; ``anomalous_before`` and ``anomalous_after``:
        how many of them are above the threshold as it is, and as it would be.
    conflict: why it cannot be done; empty where it can.
    range_restarts: no model judges the device, and its own range begins anew: for a day nothing is
        called but what people set limits for.
    """

    alert_id: str
    shifts: Mapping[str, float]
    factor: float | None
    readings: int
    anomalous_before: int
    anomalous_after: int
    conflict: str = ""
    range_restarts: bool = False

    def to_document(self) -> dict[str, Any]:
        return {
            "alertId": self.alert_id,
            "shifts": dict(self.shifts),
            "factor": self.factor,
            "readings": self.readings,
            "anomalousBefore": self.anomalous_before,
            "anomalousAfter": self.anomalous_after,
            "conflict": self.conflict,
            "rangeRestarts": self.range_restarts,
        }
