"""What the API answers of feedback (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.judging.recalibration import Recalibration
from tocsin.triggers.api.answers import Output


class BaselineShown(Output):
    """The levels that were called normal: what is taken off each channel, and since when (ms)."""

    since: int
    shifts: dict[str, float]


class OwnThresholdShown(Output):
    """What operators set for a device. All but its id is null where they set nothing, ``factor``
    also where it is left to what the device learns."""

    device_id: str
    factor: float | None
    threshold: float | None
    model_version: str | None
    labels: dict[str, Literal["normal", "anomaly"]]
    baseline: BaselineShown | None
    set_by: str | None
    set_at: int | None


class EffectShown(Output):
    """An alert of the last 30 days, and what the new threshold makes of it."""

    alert_id: str
    t: int
    label: Literal["normal", "anomaly"] | None
    peak: float | None
    effect: Literal["kept", "silenced", "unknown"]


class FeedbackShown(Output):
    """A device's threshold before and after, and why there is none that fits."""

    device_id: str
    applied: bool
    before: float
    after: float | None
    factor: float | None
    conflicts: list[str]
    effects: list[EffectShown]


class NewNormalShown(Output):
    """What becomes of a device whose open alert is called normal."""

    device_id: str
    applied: bool
    alert_id: str
    shifts: dict[str, float]
    factor: float | None
    readings: int
    anomalous_before: int
    anomalous_after: int
    conflict: str
    range_restarts: bool


def describe_threshold(device_id: str, found: DeviceThreshold | None) -> OwnThresholdShown:
    """*found* as it is answered; None: nothing was set."""
    baseline = None if found is None else found.baseline
    return OwnThresholdShown(
        device_id=device_id,
        factor=None if found is None else found.factor,
        threshold=None if found is None else found.threshold,
        model_version=None if found is None else found.model_version,
        labels={} if found is None else dict(found.labels),
        baseline=None if baseline is None else BaselineShown.read(baseline.to_document()),
        set_by=None if found is None else found.set_by,
        set_at=None if found is None else found.set_at,
    )


def describe_feedback(device_id: str, found: Recalibration, *, applied: bool) -> FeedbackShown:
    """*found* as it is answered."""
    return FeedbackShown(
        device_id=device_id,
        applied=applied,
        before=found.before,
        after=found.after,
        factor=found.factor,
        conflicts=list(found.conflicts),
        effects=[
            EffectShown(alert.alert_id, alert.t, alert.label, alert.peak, effect)
            for alert, effect in found.effects
        ],
    )
