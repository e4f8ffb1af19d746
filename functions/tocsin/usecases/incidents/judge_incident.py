"""What operators say of the alerts of an incident, device by device: each learns from it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Literal

from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.incidents.actions import Act, add_verdict
from tocsin.domain.incidents.incident import Incident
from tocsin.domain.incidents.sources import Source
from tocsin.domain.judging.new_normal import NewNormal
from tocsin.domain.judging.recalibration import Label, Recalibration
from tocsin.usecases.feedback.call_normal import apply_normal, preview_normal
from tocsin.usecases.feedback.give_feedback import (
    LOOK_BACK_MS,
    MOST_DOCUMENTS,
    apply_feedback,
    concerns_threshold,
    preview_feedback,
)
from tocsin.usecases.feedback.known_device import Judging, find_record
from tocsin.usecases.incidents.act_on_incident import act_on_incident
from tocsin.usecases.incidents.change_incidents import IncidentRoom

Verdict = Literal["normal", "anomaly", "new normal"]

MOST_DEVICES = 20  # in one request: each reads the alerts and scores of 30 days
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class DeviceVerdict:
    """What becomes of one device: its threshold or its new normal, or in words why neither."""

    device_id: str
    threshold: Recalibration | None = None
    normal: NewNormal | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says of an incident.

    verdict: that its alerts were ``normal`` or an ``anomaly``, or that what its devices do is the
        ``new normal`` from now on.
    device_ids: of which of its devices; None for all.
    """

    verdict: Verdict
    device_ids: Collection[str] | None = None


async def preview_judgement(
    incident: Incident, judgement: Judgement, judging: Judging, *, now_ms: int
) -> list[DeviceVerdict]:
    """What *judgement* would make of each device. Changes nothing.

    Raises InvalidRequestError for a device that is not in the incident, or too many.
    """
    sources = _choose_sources(incident, judgement)
    return await _judge_each(incident, sources, judgement.verdict, judging, now_ms, operator=None)


async def apply_judgement(
    incident: Incident, judgement: Judgement, judging: Judging, act: Act, room: IncidentRoom
) -> tuple[list[DeviceVerdict], Incident]:
    """Do what ``preview_judgement`` shows, and put it on the record of devices and incident.

    The devices first: an incident that tells of what then failed would be wrong for ever, and what
    is sent again changes nothing more.
    Raises InvalidRequestError where it can be done for no device, naming why for each.
    """
    sources = _choose_sources(incident, judgement)
    found = await _judge_each(
        incident, sources, judgement.verdict, judging, act.at, operator=act.by
    )
    if all(device.error for device in found):
        raise InvalidRequestError("; ".join(device.error for device in found))
    text = describe_verdict(judgement.verdict, found)
    change = partial(add_verdict, act=act, verdict=text)
    return found, await act_on_incident(incident.site_id, incident.incident_id, change, room)


def describe_verdict(verdict: Verdict, found: Collection[DeviceVerdict]) -> str:
    """One line for the story of the incident."""
    return f"{verdict}: " + "; ".join(map(_describe_device, found))


def _describe_device(device: DeviceVerdict) -> str:
    if device.error:
        return f"{device.device_id} is as it was ({device.error})"
    if device.threshold is not None:
        silenced = sum(effect == "silenced" for _, effect in device.threshold.effects)
        return (
            f"{device.device_id} has the threshold {device.threshold.after or 0.0:.4g}, "
            f"which silences {silenced} of its {len(device.threshold.effects)} alerts"
        )
    shifts = {} if device.normal is None else device.normal.shifts
    moved = ", ".join(f"{name} by {shift:+.3g}" for name, shift in sorted(shifts.items()))
    return f"{device.device_id} is judged from its new level ({moved or 'no channel moved'})"


def _choose_sources(incident: Incident, judgement: Judgement) -> list[Source]:
    wanted = judgement.device_ids
    strange = sorted(set(wanted or ()) - set(incident.process.device_ids))
    if strange:
        raise InvalidRequestError(f"the incident has no device {strange[0]!r:.140}")
    chosen = [
        source
        for source in incident.process.sources
        if wanted is None or source.device_id in wanted
    ]
    if len(chosen) > MOST_DEVICES:
        raise InvalidRequestError(
            f"the incident has {len(chosen)} devices; name at most {MOST_DEVICES} of them"
        )
    return chosen


async def _judge_each(
    incident: Incident,
    sources: Collection[Source],
    verdict: Verdict,
    judging: Judging,
    now_ms: int,
    *,
    operator: str | None,
) -> list[DeviceVerdict]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def judge(source: Source) -> DeviceVerdict:
        async with limit:
            try:
                await _check_place(source.device_id, incident.site_id, judging)
                return await _judge_device(source, verdict, judging, now_ms, operator)
            except (InvalidRequestError, NotFoundError) as error:
                return DeviceVerdict(source.device_id, error=str(error))

    return [*await asyncio.gather(*map(judge, sources))]


async def _check_place(device_id: str, site_id: str, judging: Judging) -> None:
    """Whoever may act on the site of an incident may not act where its devices went since."""
    record = await find_record(device_id, judging.store)
    if record.site_id != site_id:
        raise InvalidRequestError(f"device {device_id!r} is elsewhere by now")


async def _judge_device(
    source: Source, verdict: Verdict, judging: Judging, now_ms: int, operator: str | None
) -> DeviceVerdict:
    """operator: who says it; None to see what would follow."""
    name = source.device_id
    if verdict == "new normal":
        normal = (
            await preview_normal(name, judging)
            if operator is None
            else await apply_normal(name, judging, operator=operator, now_ms=now_ms)
        )
        return DeviceVerdict(name, normal=normal)
    labels = await _label_alerts(source, verdict, judging, now_ms)
    threshold = (
        await preview_feedback(name, labels, judging, now_ms=now_ms)
        if operator is None
        else await apply_feedback(name, labels, judging, operator=operator, now_ms=now_ms)
    )
    return DeviceVerdict(name, threshold=threshold)


async def _label_alerts(
    source: Source, label: Label, judging: Judging, now_ms: int
) -> dict[str, Label]:
    """Those of its alerts that a threshold has to do with, and that are still known. How a machine
    starts is not judged by it."""
    past = await judging.store.past_alerts(
        source.device_id, from_t=now_ms - LOOK_BACK_MS, to_t=now_ms, most=MOST_DOCUMENTS
    )
    mine = {episode.alert_id for episode in source.episodes}
    labels: dict[str, Label] = {
        alert.alert_id: label
        for alert in past
        if alert.alert_id in mine and concerns_threshold(alert) and alert.cause != "start"
    }
    if not labels:
        raise InvalidRequestError(
            f"device {source.device_id!r} has no alert in it that a threshold could change: it was "
            "silent, passed a limit, or its alerts are older than 30 days"
        )
    return labels
