"""What operators say of a device's alerts, turned into the device's own threshold."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.domain.alerts import Alert
from tocsin.domain.decisions import Rule, threshold_in_force
from tocsin.domain.device_record import DeviceRecord
from tocsin.domain.device_threshold import DeviceThreshold, audit_threshold
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.profile import Profile
from tocsin.domain.recalibration import (
    Label,
    PastAlert,
    Recalibration,
    recalibrate,
)
from tocsin.domain.thresholds import sustain
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.ports.scoring import Models

LOOK_BACK_MS = 30 * 24 * 60 * 60 * 1_000  # as long as readings are kept
MOST_DOCUMENTS = 200  # the newest that are looked at, two an alert
LONGEST_MS = 6 * 60 * 60 * 1_000  # of an alert's readings that are looked at
MOST_MESSAGES = 5_000  # of one alert's readings
READS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Judging:
    """What scores are judged by and where they are kept; ``target_per_day``: false alerts a device
    and day that thresholds are set for."""

    profiles: Mapping[str, Profile]
    models: Models
    target_per_day: float
    store: Feedback


@dataclass(frozen=True, slots=True)
class _Known:
    """A device, its profile and rule, and what operators set and said before."""

    device: DeviceRecord
    profile: Profile
    rule: Rule
    model_version: str
    set_before: DeviceThreshold | None
    labels: Mapping[str, Label]


async def preview_feedback(
    device_id: str, labels: Mapping[str, Label], judging: Judging, *, now_ms: int
) -> Recalibration:
    """What *labels* (by alert id), with those given before, would make of the device's threshold
    and of its alerts of the last 30 days. Changes nothing.

    Raises InvalidRequestError for a device or an alert that is not known.
    """
    known = await _look_up(device_id, labels, judging)
    return await _recalibrate_device(known, labels, judging.store, now_ms)


async def apply_feedback(
    device_id: str, labels: Mapping[str, Label], judging: Judging, *, operator: str, now_ms: int
) -> Recalibration:
    """Do what ``preview_feedback`` shows, on the record; in force everywhere within a minute.

    Raises InvalidRequestError when the labels contradict each other, naming how.
    """
    known = await _look_up(device_id, labels, judging)
    found = await _recalibrate_device(known, labels, judging.store, now_ms)
    if found.conflicts:
        raise InvalidRequestError("no threshold fits: " + "; ".join(found.conflicts))
    assert found.factor is not None, "only a conflict leaves it open"
    threshold = DeviceThreshold(
        device_id=device_id,
        site_id=known.device.site_id,
        profile=known.device.profile,
        factor=found.factor,
        threshold=found.after,
        model_version=known.model_version,
        labels=known.labels,
        set_by=operator,
        set_at=now_ms,
    )
    # The record first: a change without one is worse than a record of a change that then failed.
    await judging.store.save_audit(
        audit_threshold(known.device, known.set_before, threshold, operator=operator, now_ms=now_ms)
    )
    await judging.store.save_device_threshold(threshold)
    return found


async def reset_threshold(
    device_id: str, store: Feedback, *, operator: str, now_ms: int
) -> DeviceThreshold | None:
    """Undo all feedback on a device, on the record. Returns what was set, None if nothing was.

    Raises InvalidRequestError for a device that is not known.
    """
    device = await _find_device(device_id, store)
    before = await store.device_threshold(device_id)
    if before is not None:
        await store.save_audit(
            audit_threshold(device, before, None, operator=operator, now_ms=now_ms)
        )
        await store.delete_device_threshold(device_id)
    return before


async def _look_up(device_id: str, labels: Mapping[str, Label], judging: Judging) -> _Known:
    device = await _find_device(device_id, judging.store)
    profile = judging.profiles.get(device.profile)
    model = None if profile is None else await judging.models.current(profile)
    if profile is None or model is None:
        raise InvalidRequestError(
            f"no model is active for {device.profile!r}, the profile of device {device_id!r}"
        )
    set_before = await judging.store.device_threshold(device_id)
    return _Known(
        device=device,
        profile=profile,
        rule=Rule.of(model.spec, profile, judging.target_per_day),
        model_version=model.spec.version,
        set_before=set_before,
        labels={**(set_before.labels if set_before else {}), **labels},
    )


async def _find_device(device_id: str, store: Feedback) -> DeviceRecord:
    device = await store.device(device_id)
    if device is None:
        raise InvalidRequestError(f"device {device_id!r} is not known")
    return device


async def _recalibrate_device(
    known: _Known, labels: Mapping[str, Label], store: Feedback, now_ms: int
) -> Recalibration:
    device_id = known.device.device_id
    alerts = await _find_past_alerts(known, store, now_ms)
    unknown = sorted(labels.keys() - {alert.alert_id for alert in alerts})
    if unknown:
        raise InvalidRequestError(
            f"device {device_id!r} raised no alert {', '.join(unknown)} in the last 30 days"
        )
    usual = known.device.standing.usual
    factor = None if known.set_before is None else known.set_before.factor
    return recalibrate(
        alerts,
        learned=threshold_in_force(usual, known.rule, None),
        before=threshold_in_force(usual, known.rule, factor),
        profile_threshold=known.rule.threshold,
    )


async def _find_past_alerts(known: _Known, store: Feedback, now_ms: int) -> list[PastAlert]:
    """The alerts of the last 30 days, oldest first."""
    alerts = await store.past_alerts(
        known.device.device_id, from_t=now_ms - LOOK_BACK_MS, to_t=now_ms,
        most=MOST_DOCUMENTS,
    )  # fmt: skip
    cleared = {alert.alert_id: alert.t for alert in alerts if alert.change == "cleared"}
    limit = asyncio.Semaphore(READS_AT_ONCE)

    async def judge(raised: Alert) -> PastAlert:
        label = known.labels.get(raised.alert_id)
        async with limit:
            peak = await _find_peak(raised, cleared.get(raised.alert_id, now_ms), known, store)
        return PastAlert(raised.alert_id, raised.t, label, peak, bool(raised.sensors))

    # That a device was silent says nothing of its threshold.
    raised = [alert for alert in alerts if alert.change == "raised" and alert.cause != "silence"]
    return list(await asyncio.gather(*map(judge, raised)))


async def _find_peak(raised: Alert, ended_t: int, known: _Known, store: Feedback) -> float | None:
    """The alert's peak from its stored scores; None where they are not all the active model's."""
    t = raised.t
    messages = await store.scores(
        raised.device_id,
        from_t=t - round(known.profile.window * known.profile.period_s * 1_000),
        to_t=min(ended_t, t + LONGEST_MS),
        most=MOST_MESSAGES,
    )
    raise_after = known.rule.hysteresis.raise_after
    every = {
        time: np.nan if score is None else score
        for message in messages
        if message.model_version == known.model_version
        for time, score in zip(message.t, message.score, strict=True)
        if time <= ended_t
    }
    times = sorted(every)
    if t not in every:
        return None
    first = max(0, times.index(t) - raise_after + 1)
    held = sustain(np.array([every[time] for time in times[first:]]), raise_after)
    return float(held.max()) if np.isfinite(held).any() else None
