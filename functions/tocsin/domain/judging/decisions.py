"""From scores to decisions, online and in evaluation: what is anomalous, and when to call.

A reading is anomalous when its score is above the threshold in force, or when the sensor of one of
its channels has lately gone missing or stuck. The threshold in force is the profile's, for the
target rate of false alerts, times the operator's factor for the device or, where there is none, the
factor learned from the device's own scores, provisional on its first day; after an excursion it is
higher for a while. Readings decide one by one in the order of event time, so a stream decides the
same however it is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from tocsin.domain.calling.scoring import (
    AlertState,
    Change,
    Hysteresis,
    forget_run,
    next_alert,
    wait_longer,
    would_raise,
)
from tocsin.domain.calling.thresholds import threshold_for
from tocsin.domain.hot_records import dataclass
from tocsin.domain.judging.adaptation import Pace, Usual
from tocsin.domain.judging.aftermath import NONE, Aftermath, next_aftermath, raise_threshold
from tocsin.domain.judging.basis import UNKNOWN, Basis
from tocsin.domain.judging.beside import NOTHING, Beside
from tocsin.domain.judging.outage import NONE_OUT, Outage, next_outage
from tocsin.domain.judging.unsteady import Unsteady
from tocsin.domain.limits.bounds import NO_STATES, LimitStates
from tocsin.domain.limits.own_range import OwnRange
from tocsin.domain.models.bundle import BundleSpec
from tocsin.domain.profile import Profile
from tocsin.domain.states.follow import Telling, find_telling
from tocsin.domain.states.operating import UNTOLD, Operating
from tocsin.domain.states.run_down import Course


@dataclass(frozen=True, slots=True)
class Rule:
    """How a profile's scores are judged. ``usual_score``: the profile's own tracked quantile.
    ``period_ms``: its period, in which durations are told. ``telling``: how operating states are
    told of its devices, None where they are not. ``unsteady``: where weak excursions must last
    longer; None where nowhere."""

    threshold: float
    usual_score: float
    hysteresis: Hysteresis
    cooldown_ms: int
    pace: Pace
    period_ms: float = 1_000.0
    telling: Telling | None = None
    unsteady: Unsteady | None = None

    @classmethod
    def of(cls, spec: BundleSpec, profile: Profile, target_per_day: float) -> Rule:
        """The bundle's rule for *target_per_day* false alerts a device and day.

        A bundle whose calibration found too few peaks keeps its own threshold whatever the target.
        """
        tail = spec.tail
        return cls(
            threshold=spec.threshold if tail is None else threshold_for(tail, target_per_day),
            usual_score=spec.usual_score,
            hysteresis=spec.hysteresis,
            cooldown_ms=round(spec.cooldown_s * 1_000),
            pace=Pace.of(profile.period_s),
            period_ms=profile.period_ms,
            telling=find_telling(profile, spec.usual_values),
            unsteady=Unsteady.of(profile, spec.hysteresis),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a device between two of its messages.

    basis: what it was come to by.
    raised_at: the site at which the open alert was raised; None where none is open, or in documents
        from before it was kept.
    beside: what has joined the open alert.
    limits: how it stands with its plain limits, by their names.
    operating: whether it is off, starting or running, and what is known of its starts.
    own: the range that it has shown, while no model knows its pace; else None.
    """

    alert: AlertState = field(default_factory=AlertState)
    usual: Usual = field(default_factory=Usual)
    aftermath: Aftermath = NONE
    outage: Outage = NONE_OUT
    basis: Basis = UNKNOWN
    raised_at: str | None = None
    beside: Beside = NOTHING
    limits: LimitStates = field(default_factory=lambda: NO_STATES)
    operating: Operating = UNTOLD
    own: OwnRange | None = None

    def with_usual(self, usual: Usual) -> Standing:
        """The same once its usual scores are *usual*. By hand: each quiet message comes here, and
        ``replace`` takes ten times as long."""
        return Standing(
            self.alert,
            usual,
            self.aftermath,
            self.outage,
            self.basis,
            self.raised_at,
            self.beside,
            self.limits,
            self.operating,
            self.own,
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of n readings: for each its threshold and whether it is anomalous, the
    changes as (index of the deciding reading, kind), and where the device stands then. ``called``:
    the readings at which a start goes wrong."""

    thresholds: list[float]
    anomalous: list[bool]
    changes: list[tuple[int, Change]]
    standing: Standing
    called: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """How n readings differ from others by their device's operating state: what the threshold of
    each is at least, and the indices of those that are anomalous whatever their score. ``anew``:
    those before which the machine stood still, so that none in a row with them counts."""

    floors: Sequence[float]
    at: frozenset[int]
    anew: frozenset[int] = frozenset()


def decide(
    standing: Standing,
    rule: Rule,
    t: Sequence[int],
    score: Sequence[float],
    *,
    sensors_out: Sequence[int] | None,
    operator_factor: float | None = None,
    called: Called | None = None,
    covariate: Sequence[float | None] | None = None,
    course: Course | None = None,
) -> Decided:
    """Step *standing* over readings at *t* (ms) with *score*, NaN where there is none.

    ``sensors_out``: how many sensors are out at each; None where every sensor works. ``called``:
    None where all are judged as usual. ``covariate``: its value at each, as far as it is told.
    ``course``: how active the machine was; None where that tells no stop.
    """
    if sensors_out is None and called is None:
        quiet = _quiet(standing, rule, score, operator_factor)
        if quiet is not None:
            return quiet
    return _one_by_one(
        standing,
        rule,
        t,
        score,
        sensors_out=sensors_out,
        operator_factor=operator_factor,
        called=called,
        covariate=None if rule.unsteady is None else covariate,
        course=course,
    )


def judge_late(
    standing: Standing,
    rule: Rule,
    score: Sequence[float],
    *,
    sensors_out: Sequence[int] | None,
    operator_factor: float | None = None,
) -> Decided:
    """What is anomalous by the threshold in force; late readings change nothing of a device."""
    threshold = threshold_in_force(standing.usual, rule, operator_factor)
    odd = [value > threshold for value in score]
    if sensors_out is not None:
        odd = [above or out > 0 for above, out in zip(odd, sensors_out, strict=True)]
    return Decided([threshold] * len(score), odd, [], standing)


def shift_standing(standing: Standing, ms: int) -> Standing:
    """Where a device stands once its clock was put back by -*ms*: what has passed since the last
    alert, excursion or outage stays as it was. An open alert keeps the time that names it."""
    if not ms:
        return standing
    alert, aftermath, outage = standing.alert, standing.aftermath, standing.outage
    cleared_at = None if alert.cleared_at is None else alert.cleared_at + ms
    return replace(
        standing,
        alert=replace(alert, cleared_at=cleared_at),
        aftermath=replace(aftermath, t=aftermath.t + ms) if aftermath.peak else aftermath,
        outage=replace(outage, since=outage.since + ms) if outage.sensors else outage,
        operating=standing.operating.shift(ms),
        own=None if standing.own is None else standing.own.shift(ms),
    )


def threshold_in_force(usual: Usual, rule: Rule, operator_factor: float | None) -> float:
    """A device's threshold: the profile's, adapted by the operator or else by its own scores."""
    return _threshold(usual.ticks, usual.readings, rule, operator_factor)


def _quiet(
    standing: Standing, rule: Rule, score: Sequence[float], operator_factor: float | None
) -> Decided | None:
    """The usual case at once: no score passes any level, and the threshold stays as it is.

    None where that is not so. The result is that of ``_one_by_one``.
    """
    alert, usual, pace = standing.alert, standing.usual, rule.pace
    learns = usual.readings < pace.learns_for <= usual.readings + len(score)
    if alert.run or alert.open_since is not None or learns:
        return None
    if standing.aftermath.peak or standing.outage.sensors:
        return None
    ticks = max(usual.ticks - pace.fall(usual.readings, usual.readings + len(score)), pace.lowest)
    readings = min(usual.readings + len(score), pace.learns_for)
    threshold = _threshold(usual.ticks, usual.readings, rule, operator_factor)
    highest, total = max(score), sum(score)
    if total != total or highest > min(threshold, rule.usual_score * pace.ratio(ticks)):  # noqa: PLR0124 (NaN)
        return None
    if threshold != _threshold(ticks, readings, rule, operator_factor):
        return None
    n = len(score)
    after = standing.with_usual(Usual(ticks, readings))
    return Decided([threshold] * n, [False] * n, [], after)


def _one_by_one(
    standing: Standing,
    rule: Rule,
    t: Sequence[int],
    score: Sequence[float],
    *,
    sensors_out: Sequence[int] | None,
    operator_factor: float | None,
    called: Called | None,
    covariate: Sequence[float | None] | None,
    course: Course | None,
) -> Decided:
    alert, pace, cooldown_ms = standing.alert, rule.pace, rule.cooldown_ms
    ticks, readings = standing.usual.ticks, standing.usual.readings
    aftermath, outage = standing.aftermath, standing.outage
    thresholds: list[float] = []
    anomalous: list[bool] = []
    changes: list[tuple[int, Change]] = []
    for index, value in enumerate(score):
        if called is not None and index in called.anew:
            alert = forget_run(alert)
        usual_threshold = _threshold(ticks, readings, rule, operator_factor)
        is_apart = called is not None and called.floors[index] > 0
        if called is not None:
            usual_threshold = max(usual_threshold, called.floors[index])
        threshold = raise_threshold(aftermath, t[index], usual_threshold, rule.period_ms)
        out = 0 if sensors_out is None else sensors_out[index]
        told = called is not None and index in called.at
        if value != value and not out and not told:  # noqa: PLR0124 (NaN)
            # No window, no judgement: what began before is neither gone on with nor ended.
            thresholds.append(threshold)
            anomalous.append(False)
            continue
        outage = next_outage(outage, t[index], out)
        is_out = outage.calls(t[index], rule.period_ms) or told
        odd = value > threshold or is_out
        thresholds.append(threshold)
        anomalous.append(odd)
        aftermath = next_aftermath(aftermath, t[index], value, usual_threshold, rule.period_ms)
        # Learned from normal running alone. A machine that settles, or idles, shows nothing of it.
        if not odd and alert.open_since is None and value <= usual_threshold and not is_apart:
            above = value > rule.usual_score * pace.ratio(ticks)
            ticks = pace.after(ticks, readings, above=above)
            readings = min(readings + 1, pace.learns_for)
        hysteresis = rule.hysteresis
        if odd and not is_out and covariate is not None and rule.unsteady is not None:
            hysteresis = rule.unsteady.choose(hysteresis, covariate[index], value, threshold)
        is_due = odd and not is_out and would_raise(alert, t[index], hysteresis, cooldown_ms)
        if is_due and course is not None:
            hysteresis = wait_longer(hysteresis, course.find_patience(index))
        alert, change = next_alert(alert, t[index], odd, hysteresis, cooldown_ms)
        if change is not None:
            changes.append((index, change))
    usual = Usual(ticks, readings)
    standing = replace(standing, alert=alert, usual=usual, aftermath=aftermath, outage=outage)
    at = frozenset[int]() if called is None else called.at
    return Decided(thresholds, anomalous, changes, standing, at)


def _threshold(ticks: int, readings: int, rule: Rule, operator_factor: float | None) -> float:
    if operator_factor is not None:
        return rule.threshold * operator_factor
    return rule.threshold * rule.pace.factor(ticks, readings)
