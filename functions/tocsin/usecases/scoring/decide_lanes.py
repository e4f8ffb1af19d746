"""What follows from the scores of each device's messages: what is anomalous, and its alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_changes import end_alerts, record_alert
from tocsin.domain.devices.fleet import DeviceState
from tocsin.domain.devices.readings import DecidedMessage, Scored
from tocsin.domain.hot_records import dataclass
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.judging.chosen import decide_chosen
from tocsin.domain.judging.decisions import (
    Called,
    Decided,
    Rule,
    Standing,
    decide,
    judge_late,
    shift_standing,
)
from tocsin.domain.judging.renewal import changes_profile, renew_standing
from tocsin.domain.judging.unknown_pace import decide_by_sensors
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.limits.own_range import OwnRange
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.states.run_down import Course, find_course
from tocsin.usecases.scoring.follow_beside import follow_beside
from tocsin.usecases.scoring.follow_limits import BatchLimits, follow_sensors
from tocsin.usecases.scoring.follow_state import follow_state
from tocsin.usecases.scoring.place_messages import Lane
from tocsin.usecases.scoring.place_stretches import Placed


@dataclass(frozen=True, slots=True)
class DecidedLane:
    """One device after its batch: what was decided on time and late, and the alerts of it.

    ``known``: messages with nothing that is not stored already. ``is_heard``: whether it was heard
    without anything on time.
    """

    device_id: str
    state: DeviceState
    on_time: list[DecidedMessage]
    late: list[DecidedMessage]
    alerts: list[Alert]
    known: tuple[Message, ...] = ()
    is_heard: bool = False


def decide_lanes(
    lanes: Sequence[Lane],
    results: Sequence[Scored | None],
    *,
    targets: AlertTargets,
    factors: Mapping[str, float],
    baselines: Mapping[str, Baseline],
    book: LimitBook,
) -> list[DecidedLane]:
    """Decide each device's messages; *results* are those of all lanes in their order.

    *factors*, *baselines*: by device id what operators set. *book*: the plain limits, which are
    held against what has no score, too. Late messages decide nothing.
    """
    ways = _Ways(
        _derive_rules(results, targets),
        factors,
        baselines,
        BatchLimits(_list_punctual(lanes, results), book),
    )
    in_order = iter(results)
    return [_decide_lane(lane, in_order, ways) for lane in lanes]


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a batch is decided by; ``rules`` by profile, ``factors`` and ``baselines`` by device."""

    rules: Mapping[str, Rule]
    factors: Mapping[str, float]
    baselines: Mapping[str, Baseline]
    limits: BatchLimits


def _list_punctual(lanes: Sequence[Lane], results: Sequence[Scored | None]) -> Iterator[Message]:
    """The messages that decide: what came in time, and will be stored."""
    every = (placed for lane in lanes for placed in lane.placed)
    for placed, scored in zip(every, results, strict=True):
        if scored is not None and not placed.late:
            yield scored.message


def _derive_rules(results: Sequence[Scored | None], targets: AlertTargets) -> dict[str, Rule]:
    """By profile the rule of the model that scored it in this batch."""
    rules: dict[str, Rule] = {}
    for scored in results:
        if scored is not None and scored.spec is not None and scored.spec.profile not in rules:
            profile = scored.message.profile
            rules[scored.spec.profile] = Rule.of(scored.spec, profile, targets.of(profile.name))
    return rules


def _decide_lane(
    lane: Lane,
    results: Iterator[Scored | None],
    ways: _Ways,
) -> DecidedLane:
    standing, last_t = lane.before.standing, lane.before.last_t
    operator_factor = ways.factors.get(lane.device_id)
    baseline = ways.baselines.get(lane.device_id)
    on_time: list[DecidedMessage] = []
    late: list[DecidedMessage] = []
    alerts: list[Alert] = []
    for placed in lane.placed:
        scored = next(results)
        # What is told in event times goes with the clock.
        standing = shift_standing(standing, placed.step_ms)
        if scored is None:
            continue
        if not placed.late:
            if changes_profile(standing, scored.message.profile.name):
                alerts += end_alerts(scored.message, standing)
            standing = _renew(standing, scored, baseline)
        rule = None if scored.spec is None else ways.rules[scored.spec.profile]
        called: Called | None = None
        if rule is not None and rule.telling is not None:
            standing, scored, called = follow_state(standing, placed, scored, rule.telling)
        if not placed.late and _is_unknown(placed):
            own = standing.own or OwnRange.begin(scored.message.first_t)
            own, scored = follow_sensors(own, scored, placed.history, _find_period(placed))
            standing = replace(standing, own=own)
        course = _find_course(placed, rule)
        decided = (
            None
            if rule is None
            else _decide_message(
                placed, scored, standing, rule, operator_factor, called=called, course=course
            )
        )
        before = standing
        if decided is not None:
            message = DecidedMessage(scored, decided)
            alerts += _record_alerts(message, before)
            standing, beside = _follow_up(message, before, course, late=placed.late)
            alerts += beside
        if not placed.late:
            standing, of_limits = ways.limits.follow(
                scored,
                standing,
                last_t=last_t,
                period_ms=_find_period(placed),
                is_unknown=_is_unknown(placed),
            )
            alerts += of_limits
            last_t = scored.message.last_t
        message = DecidedMessage(
            scored,
            decided,
            None if placed.late else standing,
            placed.rhythm,
            None if placed.learned is None else placed.learned.habits,
        )
        (late if placed.late else on_time).append(message)
    return DecidedLane(
        lane.device_id,
        lane.after.with_standing(standing),
        on_time,
        late,
        alerts,
        lane.known,
        is_heard=not on_time and lane.after.clock != lane.before.clock,
    )


def _find_course(placed: Placed, rule: Rule | None) -> Course | None:
    message = placed.message
    telling = None if rule is None else rule.telling
    return find_course(telling, placed.history, message.t, message.values)


def _is_unknown(placed: Placed) -> bool:
    """Whether no model knows the pace of its device."""
    return placed.verdict == "unfit"


def _find_period(placed: Placed) -> float:
    """That of the device (ms) where it sends more rarely than its profile says."""
    own = 0 if placed.rhythm is None else placed.rhythm.period
    return max(placed.message.profile.period_ms, own)


def _decide_message(
    placed: Placed,
    scored: Scored,
    standing: Standing,
    rule: Rule,
    operator_factor: float | None,
    *,
    called: Called | None,
    course: Course | None,
) -> Decided:
    out = scored.sensors_out()
    if placed.late:
        return judge_late(
            standing, rule, scored.score, sensors_out=out, operator_factor=operator_factor
        )
    message = scored.message
    known = message.profile.covariate
    covariate = None if known is None else message.channels.get(known.name)
    times = message.times
    if _is_unknown(placed):
        return decide_by_sensors(
            standing,
            rule,
            times,
            sensors_out=out,
            period_ms=_find_period(placed),
            operator_factor=operator_factor,
        )
    if scored.chosen is not None:
        return decide_chosen(
            standing,
            rule,
            times,
            scored.score,
            chosen=scored.chosen,
            sensors_out=out,
            operator_factor=operator_factor,
            called=called,
            covariate=covariate,
            course=course,
        )
    return decide(
        standing,
        rule,
        times,
        scored.score,
        sensors_out=out,
        operator_factor=operator_factor,
        called=called,
        covariate=covariate,
        course=course,
    )


def _renew(standing: Standing, scored: Scored, baseline: Baseline | None) -> Standing:
    message = scored.message
    since = 0 if baseline is None else baseline.since
    if baseline is not None and not baseline.counts_for(message.enqueued_at):
        since = standing.basis.baseline
    after = renew_standing(standing, message.profile.name, scored.model_version, since)
    if after.own is not None and after.basis.baseline != standing.basis.baseline:
        # People called what it does normal: what it showed before is not its range any more.
        after = replace(after, own=OwnRange.begin(message.first_t, after.own.called_t))
    return after


def _record_alerts(message: DecidedMessage, standing: Standing) -> Iterator[Alert]:
    """The changes that a message decided, *standing* being that before it. An alert is cleared
    where it was raised, wherever its device is by now."""
    raised_t, site_id = standing.alert.open_since, standing.raised_at
    changes = () if message.decided is None else message.decided.changes
    for index, change in changes:
        if change == "raised":
            raised_t, site_id = message.scored.message.times[index], None
        assert raised_t is not None, "an alert is cleared only after it was raised"
        yield record_alert(message, index, change, raised_t, site_id=site_id)


def _follow_up(
    message: DecidedMessage, before: Standing, course: Course | None, *, late: bool
) -> tuple[Standing, list[Alert]]:
    """The standing after a message that decided, and the alerts beside the one that is open."""
    if late:
        return before, []
    after, alerts = follow_beside(message, before, course)
    return _note_site(after, before, message.scored.message.site_id), alerts


def _note_site(after: Standing, before: Standing, site_id: str) -> Standing:
    """The standing that was decided, with where its open alert was raised."""
    if after.alert.open_since == before.alert.open_since:
        return after
    return replace(after, raised_at=None if after.alert.open_since is None else site_id)
