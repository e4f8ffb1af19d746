"""Records as the database would give them back, for tests that only care about some fields."""

from __future__ import annotations

from typing import Any

from tests.fakes.messages import NOW
from tocsin.domain.device_record import DeviceRecord


def device_record(device_id: str, /, **changes: Any) -> DeviceRecord:  # noqa: ANN401 (any JSON)
    """A sound device that was heard just now; *changes* are to fields of its document."""
    return DeviceRecord.from_document(
        {
            "id": device_id,
            "deviceId": device_id,
            "siteId": "north",
            "profile": "rig",
            "lastT": NOW,
            "lastSeq": 0,
            "latest": {},
            "score": 0.5,
            "threshold": 10.0,
            "anomalous": False,
            "sensors": {},
            "alert": None,
            "run": 0,
            "modelVersion": "fake-1",
            "enqueuedAt": NOW,
            **changes,
        }
    )
