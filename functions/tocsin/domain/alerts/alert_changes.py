"""The alerts that readings raise and clear."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tocsin.domain.alerts.alert import Alert, find_cause
from tocsin.domain.calling.scoring import Change
from tocsin.domain.devices.readings import DecidedMessage, Scored
from tocsin.domain.devices.standing_document import alert_id
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.limits.bounds import Breach, parse_name
from tocsin.domain.limits.follow import LimitChange
from tocsin.domain.messages.telemetry import Message


def record_alert(
    decided: DecidedMessage,
    index: int,
    change: Change,
    raised_t: int,
    *,
    site_id: str | None = None,
    subject: str | None = None,
) -> Alert:
    """The alert's *change* at the reading *index*; it was raised at event time *raised_t* (ms), at
    *site_id* where that is known, else where the device is. *subject*: see Alert."""
    scored = decided.scored
    message = scored.message
    in_force = None if decided.decided is None else decided.decided.thresholds[index]
    is_called = decided.decided is not None and index in decided.decided.called
    cause = find_cause(change, scored.score[index], in_force, is_called=is_called)
    return Alert(
        change=change,
        alert_id=alert_id(message.device_id, raised_t, subject),
        device_id=message.device_id,
        site_id=site_id or message.site_id,
        profile=message.profile.name,
        t=message.times[index],
        score=scored.shown[index],
        threshold=decided.threshold_at(index),
        cause=cause,
        contributions={} if cause in {"sensors", "start"} else scored.contributions_at(index),
        sensors=scored.sensors_at(index),
        model_version=scored.model_version,
        enqueued_at=message.enqueued_at,
        bad_values=scored.bad_values_at(index),
        subject=subject,
        state=decided.state_at(index),
    )


def record_limit(scored: Scored, found: LimitChange) -> Alert:
    """The alert of a limit that was passed, or is so no more; no score has a part in it."""
    message, bound = scored.message, found.bound
    value = float(message.values[found.index, bound.index])
    return Alert(
        change=found.change,
        alert_id=alert_id(message.device_id, found.raised_t, bound.name),
        device_id=message.device_id,
        site_id=found.site_id,
        profile=message.profile.name,
        t=message.times[found.index],
        score=None,
        threshold=None,
        cause="limit" if found.change == "raised" else None,
        contributions={},
        sensors=scored.sensors_at(found.index),
        model_version=scored.model_version,
        enqueued_at=message.enqueued_at,
        subject=bound.channel,
        limit=Breach(
            bound.channel,
            bound.side,
            bound.level,
            round(value, 6),
            bound.value,
            bound.unit,
            bound.learned,
        ),
    )


def end_limits(
    message: Message, standing: Standing, names: Collection[str], profile: str | None = None
) -> list[Alert]:
    """The ends of alerts of limits that hold no more from *message* on, by the *names* of these.
    *profile*: that they were of, where it is not the message's."""
    ended = []
    for name in sorted(names):
        state, (channel, side, level) = standing.limits[name], parse_name(name)
        if state.raised_t is not None:
            units = {each.name: each.unit for each in message.profile.channels}
            breach = Breach(channel, side, level, None, None, units.get(channel, ""))
            alert = _end(message, standing, state.raised_t, name)
            ended.append(
                replace(
                    alert,
                    site_id=state.site_id or message.site_id,
                    profile=profile or message.profile.name,
                    subject=channel,
                    limit=breach,
                )
            )
    return ended


def end_alerts(message: Message, standing: Standing) -> list[Alert]:
    """The ends of the alerts that a device was in when it was put to another use by *message*."""
    limits = end_limits(message, standing, standing.limits, standing.basis.profile)
    if standing.alert.open_since is None:
        return limits
    beside = [_end(message, standing, t, name) for name, t in standing.beside.raised.items()]
    return [_end(message, standing, standing.alert.open_since), *beside, *limits]


def _end(message: Message, standing: Standing, raised_t: int, subject: str | None = None) -> Alert:
    basis = standing.basis
    return Alert(
        change="cleared",
        alert_id=alert_id(message.device_id, raised_t, subject),
        device_id=message.device_id,
        site_id=standing.raised_at or message.site_id,
        profile=basis.profile or message.profile.name,
        t=message.first_t,
        score=None,
        threshold=None,
        cause=None,
        contributions={},
        sensors={},
        model_version=basis.version,
        enqueued_at=message.enqueued_at,
        subject=subject,
    )
