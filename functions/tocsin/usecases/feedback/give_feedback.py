"""What operators say of a device's alerts, turned into the device's own threshold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.devices.device_threshold import DeviceThreshold, audit_threshold
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.decisions import threshold_in_force
from tocsin.domain.judging.recalibration import (
    Label,
    PastAlert,
    Recalibration,
    recalibrate,
)
from tocsin.usecases.feedback.find_peak import find_peak
from tocsin.usecases.feedback.known_device import Judging, KnownDevice, find_record, look_up_device
from tocsin.usecases.ports.operators import Feedback

LOOK_BACK_MS = 30 * 24 * 60 * 60 * 1_000  # as long as readings are kept
MOST_DOCUMENTS = 200  # the newest that are looked at, two an alert
LONGEST_MS = 6 * 60 * 60 * 1_000  # of an alert's readings that are looked at
MOST_MESSAGES = 5_000  # of one alert's readings
READS_AT_ONCE = 8


async def preview_feedback(
    device_id: str, labels: Mapping[str, Label], judging: Judging, *, now_ms: int
) -> Recalibration:
    """What *labels* (by alert id), with those given before, would make of the device's threshold
    and of its alerts of the last 30 days. Changes nothing.

    Raises NotFoundError for a device, InvalidRequestError for an alert that is not known.
    """
    known = await look_up_device(device_id, judging)
    return await _recalibrate_device(known, labels, judging.store, now_ms)


async def apply_feedback(
    device_id: str, labels: Mapping[str, Label], judging: Judging, *, operator: str, now_ms: int
) -> Recalibration:
    """Do what ``preview_feedback`` shows, on the record; in force everywhere within a minute.

    Raises InvalidRequestError when the labels contradict each other, naming how.
    """
    known = await look_up_device(device_id, judging)
    found = await _recalibrate_device(known, labels, judging.store, now_ms)
    if found.conflicts:
        raise InvalidRequestError("no threshold fits: " + "; ".join(found.conflicts))
    assert found.factor is not None, "only a conflict leaves it open"
    threshold = DeviceThreshold(
        device_id=device_id,
        site_id=known.record.site_id,
        profile=known.record.profile,
        factor=found.factor,
        threshold=found.after,
        model_version=known.model_version,
        labels={**known.labels, **labels},
        set_by=operator,
        set_at=now_ms,
        baseline=None if known.set_before is None else known.set_before.baseline,
    )
    # The record first: a change without one is worse than a record of a change that then failed.
    await judging.store.save_audit(
        audit_threshold(known.record, known.set_before, threshold, operator=operator, now_ms=now_ms)
    )
    await judging.store.save_device_threshold(threshold)
    return found


async def reset_threshold(
    device_id: str, store: Feedback, *, operator: str, now_ms: int
) -> DeviceThreshold | None:
    """Undo all feedback on a device, on the record. Returns what was set, None if nothing was.

    Raises NotFoundError for a device that is not known.
    """
    device = await find_record(device_id, store)
    before = await store.device_threshold(device_id)
    if before is not None:
        await store.save_audit(
            audit_threshold(device, before, None, operator=operator, now_ms=now_ms)
        )
        await store.delete_device_threshold(device_id)
    return before


async def _recalibrate_device(
    known: KnownDevice, labels: Mapping[str, Label], store: Feedback, now_ms: int
) -> Recalibration:
    device_id = known.record.device_id
    alerts = await _find_past_alerts(known, {**known.labels, **labels}, store, now_ms)
    unknown = sorted(labels.keys() - {alert.alert_id for alert in alerts})
    if unknown:
        raise InvalidRequestError(
            f"device {device_id!r} raised no alert {', '.join(unknown)} by its score or sensors in "
            "the last 30 days"
        )
    usual = known.record.standing.usual
    return recalibrate(
        alerts,
        learned=threshold_in_force(usual, known.rule, None),
        before=threshold_in_force(usual, known.rule, known.factor),
        profile_threshold=known.rule.threshold,
    )


async def _find_past_alerts(
    known: KnownDevice, labels: Mapping[str, Label], store: Feedback, now_ms: int
) -> list[PastAlert]:
    """The alerts of the last 30 days, oldest first."""
    alerts = await store.past_alerts(
        known.record.device_id, from_t=now_ms - LOOK_BACK_MS, to_t=now_ms,
        most=MOST_DOCUMENTS,
    )  # fmt: skip
    cleared = {alert.alert_id: alert.t for alert in alerts if alert.change == "cleared"}
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def judge(raised: Alert) -> PastAlert:
        label = labels.get(raised.alert_id)
        async with limit:
            ended_t = min(cleared.get(raised.alert_id, now_ms), raised.t + LONGEST_MS)
            peak = await find_peak(raised, ended_t, known, store, most=MOST_MESSAGES)
        return PastAlert(raised.alert_id, raised.t, label, peak, bool(raised.sensors))

    return list(await asyncio.gather(*map(judge, filter(concerns_threshold, alerts))))


def concerns_threshold(alert: Alert) -> bool:
    """Whether it is a raising that the device's threshold has a part in: silence and passed limits
    say nothing of it."""
    return alert.change == "raised" and alert.cause not in {"silence", "limit"}
