"""'This is normal from now on': what a device does in its open alert becomes its new normal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.device_clock import Epoch
from tocsin.domain.calling.thresholds import sustain
from tocsin.domain.devices.device_threshold import DeviceThreshold, audit_threshold
from tocsin.domain.devices.standing_document import alert_id
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.baseline import Baseline, add_shifts, find_shifts
from tocsin.domain.judging.new_normal import NewNormal
from tocsin.domain.judging.recalibration import MOST_FACTOR
from tocsin.domain.windows.window import History, windows_ending_at
from tocsin.usecases.feedback.call_range_normal import find_new_range
from tocsin.usecases.feedback.known_device import Judging, KnownDevice, look_up_device
from tocsin.usecases.ports.operators import Feedback

BEFORE = 3_600  # readings from before the alert that say where the device was
LEAST_RECENT = 60  # readings since the alert that say where it is, beside a full window
MOST_RECENT = 240
MOST_AT_ONCE = (
    100  # alerts of one device and event time: its own, and one for each limit and channel
)
BLAMED = 0.2  # mean share of the score from which a channel is to blame
# The newest minutes are few: what is normal reaches a little further than in them.
MARGIN = 1.2


async def preview_normal(device_id: str, judging: Judging) -> NewNormal:
    """What calling the open alert normal would make of the device. Changes nothing.

    Raises NotFoundError for a device that is not known, InvalidRequestError where there is nothing
    to call normal, or too little is known of it.
    """
    return await _find_new_normal(await look_up_device(device_id, judging), judging.store)


async def apply_normal(
    device_id: str, judging: Judging, *, operator: str, now_ms: int
) -> NewNormal:
    """Do what ``preview_normal`` shows, on the record; in force everywhere within a minute.

    Raises InvalidRequestError for a conflict too, naming it.
    """
    known = await look_up_device(device_id, judging)
    found = await _find_new_normal(known, judging.store)
    if found.conflict:
        raise InvalidRequestError(found.conflict)
    threshold = DeviceThreshold(
        device_id=device_id,
        site_id=known.record.site_id,
        profile=known.record.profile,
        factor=found.factor,
        threshold=None if found.factor is None else found.factor * known.rule.threshold,
        model_version=known.model_version,
        labels=known.labels,
        set_by=operator,
        set_at=now_ms,
        baseline=Baseline(now_ms, found.shifts),
    )
    # The record first: a change without one is worse than a record of a change that then failed.
    await judging.store.save_audit(
        audit_threshold(known.record, known.set_before, threshold, operator=operator, now_ms=now_ms)
    )
    await judging.store.save_device_threshold(threshold)
    return found


async def _find_new_normal(known: KnownDevice, store: Feedback) -> NewNormal:
    own = known.record.standing.own
    if own is not None:
        return await find_new_range(known, own, store)
    raised_t = known.record.alert_since
    if raised_t is None:
        raise InvalidRequestError(
            f"device {known.record.device_id!r} is in no alert: there is nothing to call normal"
        )
    epoch = await _find_epoch(known, raised_t, store)
    recent, before = await asyncio.gather(
        _read_recent(known, raised_t, epoch, store), _read_before(known, raised_t, epoch, store)
    )
    set_before = known.set_before
    old = {} if set_before is None or set_before.baseline is None else set_before.baseline.shifts
    score_before, _ = await _score(known, recent, old)
    shifts = await _choose_shifts(
        known, recent, old, find_shifts(before.values, recent.values, known.profile)
    )
    score_after, _ = await _score(known, recent, shifts)
    factor, conflict = _find_factor(known, score_after)
    return NewNormal(
        alert_id=alert_id(known.record.device_id, raised_t),
        shifts=shifts,
        factor=factor,
        readings=len(score_after),
        anomalous_before=_count_above(known, score_before, known.factor),
        anomalous_after=_count_above(known, score_after, factor),
        conflict=conflict,
    )


async def _find_epoch(known: KnownDevice, raised_t: int, store: Feedback) -> Epoch:
    """The epoch of the device's clock in which its alert was raised: by when the hub took the
    message, since another epoch may have the same event times."""
    record = known.record
    alerts = await store.past_alerts(
        record.device_id, from_t=raised_t, to_t=raised_t, most=MOST_AT_ONCE
    )
    name = alert_id(record.device_id, raised_t)
    taken_at = [alert.enqueued_at for alert in alerts if alert.alert_id == name]
    if not taken_at or taken_at[0] is None:
        return record.clock.epoch
    return record.clock.find_epoch(taken_at[0])


async def _read_recent(known: KnownDevice, raised_t: int, epoch: Epoch, store: Feedback) -> History:
    """The newest readings, all from the time of the alert, which was raised in *epoch*."""
    record, profile = known.record, known.profile
    found = await store.history(
        record.device_id,
        profile,
        before_t=record.last_t + 1,
        count=profile.window + MOST_RECENT,
        epoch=record.clock.epoch.since,
    )
    # Where the clock has been put back since, every reading is.
    since = (found.t >= raised_t) | (epoch != record.clock.epoch)
    least = profile.window + LEAST_RECENT
    if np.count_nonzero(since) < least:
        raise InvalidRequestError(
            f"{np.count_nonzero(since)} readings are known since the alert of device "
            f"{record.device_id!r} was raised: its new normal shows in {least}, so wait "
            f"{(least - np.count_nonzero(since)) * profile.period_s:.0f} s"
        )
    return History(found.t[since], found.values[since])


async def _read_before(known: KnownDevice, raised_t: int, epoch: Epoch, store: Feedback) -> History:
    """Readings from before the alert, which was raised in *epoch*, and before what led to it."""
    profile, device_id = known.profile, known.record.device_id
    until = raised_t - round(profile.window * profile.period_s * 1_000)
    found = await store.history(device_id, profile, before_t=until, count=BEFORE, epoch=epoch.since)
    # From before the last new normal they would tell of the one before that.
    since = found.t >= known.record.standing.basis.baseline
    found = History(found.t[since], found.values[since])
    if len(found.t) < profile.window:
        raise InvalidRequestError(
            f"too few readings of device {device_id!r} are known from before its alert to tell "
            "what has changed; call the alert normal by its id (labels) instead"
        )
    return found


async def _choose_shifts(
    known: KnownDevice, recent: History, old: Mapping[str, float], moved: Mapping[str, float]
) -> Mapping[str, float]:
    """*old*, and as few of *moved* as it takes: those that the score blames. Whatever else moved
    did so as it ever does."""
    names = known.profile.channel_names
    chosen: dict[str, float] = {}
    for _ in names:
        score, shares = await _score(known, recent, add_shifts(old, chosen))
        if _hold(known, score) <= known.rule.threshold:
            break
        blamed = {name for name, share in zip(names, shares, strict=True) if share >= BLAMED}
        found = {name: moved[name] for name in blamed & moved.keys() - chosen.keys()}
        if not found:
            break
        chosen |= found
    return add_shifts(old, chosen)


async def _score(
    known: KnownDevice, recent: History, shifts: Mapping[str, float]
) -> tuple[NDArray[np.float32], list[float]]:
    """The scores of *recent* less *shifts*, and each channel's mean share of them."""
    profile = known.profile
    values = recent.values - Baseline(0, shifts).shift_of(profile)
    if known.record.habits is not None:
        values = known.record.habits.fit(profile).blur(recent.t, values, profile)
    windows, _ = windows_ending_at(History.empty(profile), recent.t, values, profile)
    if not len(windows):
        raise InvalidRequestError(
            f"the newest readings of device {known.record.device_id!r} have no full window"
        )
    score, shares, _ = await asyncio.to_thread(known.model.score, windows)
    return score, shares.mean(axis=0).tolist()


def _hold(known: KnownDevice, score: NDArray[np.float32]) -> float:
    """The highest score that as many readings in a row reached as raise an alert."""
    return float(sustain(score, known.rule.hysteresis.raise_after).max())


def _find_factor(known: KnownDevice, score: NDArray[np.float32]) -> tuple[float | None, str]:
    """The factor under which *score* raises nothing, and why there is none."""
    held = _hold(known, score)
    needed = MARGIN * held / known.rule.threshold
    if needed <= 1.0:
        return None, ""
    if needed <= MOST_FACTOR:
        return needed, ""
    return None, (
        f"its newest readings reach a score of {held:.4f} even so, and a device's threshold is at "
        f"most {MOST_FACTOR:g} times the profile's {known.rule.threshold:.4f}: what has changed is "
        "more than a level; train a model on it"
    )


def _count_above(known: KnownDevice, score: NDArray[np.float32], factor: float | None) -> int:
    threshold = known.rule.threshold * (1.0 if factor is None else factor)
    return int(np.count_nonzero(score > threshold))
