"""A device's own threshold, as operators set it and the database keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.judging.recalibration import LABELS, Label, is_allowed
from tocsin.domain.stored import OPTIONAL_NUMBER, OPTIONAL_TEXT, take_field, take_mapping, take_part

DIGEST = 12  # letters of it, in the id of a change's record


@dataclass(frozen=True, slots=True)
class DeviceThreshold:
    """What operators said of a device's alerts, and the threshold that follows.

    factor: what counts, on whatever the profile's threshold is; None leaves it to what is learned.
    threshold: what that was when it was set, with the model of ``model_version``.
    labels: what alerts were called, by alert id.
    set_by, set_at: who set it, and when (ms).
    baseline: the levels that they called normal; None where they called none.
    """

    device_id: str
    site_id: str
    profile: str
    factor: float | None
    threshold: float | None
    model_version: str | None
    labels: Mapping[str, Label]
    set_by: str
    set_at: int
    baseline: Baseline | None = None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> DeviceThreshold:
        """Raises DamagedDocumentError naming the document and what is wrong with it."""
        baseline = take_part(document, "baseline")
        factor, labels = (
            take_field(document, "factor", *OPTIONAL_NUMBER),
            take_mapping(document, "labels", str),
        )
        is_sound = factor is None or is_allowed(factor)
        if not is_sound or not set(labels.values()) <= set(LABELS):
            raise DamagedDocumentError(
                f"the stored document {document.get('id')!r} is damaged: its factor {factor} or "
                "one of its labels is out of range"
            )
        return cls(
            device_id=take_field(document, "deviceId", str),
            site_id=take_field(document, "siteId", str),
            profile=take_field(document, "profile", str),
            factor=factor,
            threshold=take_field(document, "threshold", *OPTIONAL_NUMBER),
            model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
            labels=labels,
            set_by=take_field(document, "setBy", str),
            set_at=take_field(document, "setAt", int),
            baseline=None if baseline is None else Baseline.from_document(baseline),
        )

    def to_document(self) -> dict[str, Any]:
        """The document ``threshold:{deviceId}`` of ``settings`` (docs/formats.md)."""
        return {
            "id": threshold_document_id(self.device_id),
            "type": "threshold",
            "deviceId": self.device_id,
            "siteId": self.site_id,
            "profile": self.profile,
            **self.to_change(),
        }

    def to_change(self) -> dict[str, Any]:
        """What changes when it is set, as ``audit`` keeps it."""
        return {
            "factor": self.factor,
            "threshold": self.threshold,
            "modelVersion": self.model_version,
            "labels": dict(self.labels),
            "baseline": None if self.baseline is None else self.baseline.to_document(),
            "setBy": self.set_by,
            "setAt": self.set_at,
        }


def threshold_document_id(device_id: str) -> str:
    return f"threshold:{device_id}"


def audit_threshold(
    device: DeviceRecord,
    before: DeviceThreshold | None,
    after: DeviceThreshold | None,
    *,
    operator: str,
    now_ms: int,
) -> dict[str, Any]:
    """The ``audit`` document of a change of a device's own threshold (docs/formats.md)."""
    record = {
        "siteId": device.site_id,
        "type": "threshold",
        "deviceId": device.device_id,
        "by": operator,
        "at": now_ms,
        "before": None if before is None else before.to_change(),
        "after": None if after is None else after.to_change(),
    }
    # Two changes may fall into one millisecond; the same one recorded again keeps its id.
    digest = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:DIGEST]
    return {"id": f"{now_ms}-{threshold_document_id(device.device_id)}-{digest}", **record}
