"""An admin sees what another alert target would have called before it is set. Changes nothing.

What is looked at is bounded, whatever the fleet: devices, alerts and hours are taken from all over,
and the answer says of how many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.charts.rollup import HOUR, HOUR_MS, MINUTE_MS
from tocsin.domain.charts.target_trial import (
    Judged,
    TargetTrial,
    Tried,
    count_further,
    list_hot_hours,
    spread_out,
)
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.decisions import Rule
from tocsin.usecases.feedback.device_past import DAYS, Archive, Past, read_past
from tocsin.usecases.feedback.find_peak import find_peak
from tocsin.usecases.feedback.known_device import KnownDevice
from tocsin.usecases.rollups.find_cells import find_cells

MOST_DEVICES = 50
MOST_ALERTS = 40
MOST_HOURS = 40
LEAD_MS = 10 * MINUTE_MS  # read before an hour, to tell what goes on from what begins in it
MOST_MESSAGES = 4_200  # of one alert or hour: one each second


async def preview_target(
    profile_name: str, target: float, devices: Collection[DeviceRecord], archive: Archive
) -> TargetTrial:
    """What *target* false alerts a day would have called of *devices* of a profile in DAYS.

    By today's factors of the devices. What starts and operating states change of thresholds is not
    in it. Raises DeliveryError, and InvalidRequestError for a profile that there is not, or that no
    model scores.
    """
    judging = archive.judging
    profile = judging.profiles.get(profile_name)
    model = None if profile is None else await judging.models.current(profile)
    if profile is None or model is None:
        there = ", ".join(sorted(judging.profiles))
        raise InvalidRequestError(
            f"no model is active for a profile {profile_name!r:.80}; there are {there}"
        )
    before = Rule.of(model.spec, profile, judging.targets.of(profile_name))
    after = Rule.of(model.spec, profile, target)
    mine = sorted(
        (device for device in devices if device.profile == profile_name),
        key=lambda device: device.device_id,
    )
    own = {known.device_id: known for known in await judging.store.device_thresholds()}
    chosen = [
        KnownDevice(device, profile, model, before, own.get(device.device_id))
        for device in spread_out(mine, MOST_DEVICES)
    ]
    pasts = await asyncio.gather(*(read_past(known, archive) for known in chosen))
    alerts = sum(len(past.list_raised()) for past in pasts)
    trial = TargetTrial(
        days=DAYS,
        before=before.threshold,
        after=after.threshold,
        devices=Tried(len(chosen), len(mine)),
        alerts=Tried(alerts, alerts),
        kept=alerts,
        silenced=0,
        unknown=0,
        hours=Tried(0, 0),
        further=0,
    )
    if after.threshold > before.threshold:
        return await _try_alerts(trial, pasts, archive)
    if after.threshold < before.threshold:
        return await _try_hours(trial, pasts, after, archive)
    return trial


async def _try_alerts(trial: TargetTrial, pasts: Sequence[Past], archive: Archive) -> TargetTrial:
    """A higher threshold calls less: which of the alerts, by their first hour."""
    every = [(past, alert) for past in pasts for alert in past.list_raised()]
    chosen = spread_out(sorted(every, key=lambda pair: pair[1].t), MOST_ALERTS)

    async def look(past: Past, alert: Alert) -> float | None:
        until_t = min(past.find_end(alert, archive.now_ms), alert.t + HOUR_MS)
        store = archive.judging.store
        async with archive.limit:
            return await find_peak(alert, until_t, past.known, store, most=MOST_MESSAGES)

    peaks = await asyncio.gather(*(look(past, alert) for past, alert in chosen))
    kept = silenced = 0
    for (past, alert), peak in zip(chosen, peaks, strict=True):
        if alert.sensors or (peak is not None and peak > trial.after * past.factor):
            kept += 1
        elif peak is not None and peak > trial.before * past.factor:
            silenced += 1
    return replace(
        trial,
        alerts=Tried(len(chosen), len(every)),
        kept=kept,
        silenced=silenced,
        unknown=len(chosen) - kept - silenced,
    )


async def _try_hours(
    trial: TargetTrial, pasts: Sequence[Past], after: Rule, archive: Archive
) -> TargetTrial:
    """A lower threshold calls all that was called, and more: in hours with a score above it."""
    found = await asyncio.gather(*(_find_hours(past, after, archive) for past in pasts))
    every = [pair for pairs in found for pair in pairs]
    chosen = spread_out(sorted(every, key=lambda pair: pair[1]), MOST_HOURS)
    further = await asyncio.gather(
        *(_look_at_hour(past, start, after, archive) for past, start in chosen)
    )
    return replace(trial, hours=Tried(len(chosen), len(every)), further=sum(further))


async def _find_hours(past: Past, after: Rule, archive: Archive) -> list[tuple[Past, int]]:
    async with archive.limit:
        found = await find_cells(
            past.known.record.device_id,
            HOUR,
            from_t=archive.from_t // HOUR_MS * HOUR_MS,
            to_t=archive.now_ms,
            fleet=archive.fleet,
            rollups=archive.rollups,
        )
    threshold, alerts = after.threshold * past.factor, past.list_spans(archive.now_ms)
    return [(past, start) for start in list_hot_hours(found.cells, threshold, alerts)]


async def _look_at_hour(past: Past, start: int, after: Rule, archive: Archive) -> int:
    judged = Judged(after, past.factor, past.known.model_version)
    alerts = past.list_spans(archive.now_ms)
    async with archive.limit:
        messages = await archive.judging.store.scores(
            past.known.record.device_id,
            from_t=start - LEAD_MS,
            to_t=start + HOUR_MS - 1,
            most=MOST_MESSAGES,
        )
        # Off the event loop: it would hold up every other request, and the scoring.
        return await asyncio.to_thread(count_further, messages, judged, start, alerts)
