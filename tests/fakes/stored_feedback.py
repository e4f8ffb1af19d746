"""What was measured of drift and what people said of devices, in memory."""

from __future__ import annotations

import json

from tests.fakes.documents import FakeDocuments
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.models.drift_record import DriftRecord


class FakeFeedback(FakeDocuments):
    """The ports Drifts and Feedback, in the container ``settings``."""

    async def save_drift(self, record: DriftRecord) -> None:
        self.save("settings", [record.to_document()])

    async def drift(self, profile: str) -> DriftRecord | None:
        self.note_read()
        drift_id = f"drift:{profile}"
        text = self.containers["settings"].get((drift_id, drift_id))
        return None if text is None else DriftRecord.from_document(json.loads(text))

    async def device_threshold(self, device_id: str) -> DeviceThreshold | None:
        self.note_read()
        text = self.containers["settings"].get((device_id, f"threshold:{device_id}"))
        return None if text is None else DeviceThreshold.from_document(json.loads(text))

    async def device_thresholds(self) -> list[DeviceThreshold]:
        self.note_read()
        every = [one for one in self.all("settings") if one.get("type") == "threshold"]
        return [DeviceThreshold.from_document(document) for document in every]

    async def save_device_threshold(self, threshold: DeviceThreshold) -> None:
        self.save("settings", [threshold.to_document()])

    async def delete_device_threshold(self, device_id: str) -> None:
        self.note_read()
        self.containers["settings"].pop((device_id, f"threshold:{device_id}"), None)
