"""Decisions are the same however a stream is cut, and adapt to a device only slowly."""

from __future__ import annotations

from itertools import pairwise
from math import exp, isnan, nan

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG
from tests.fakes.models import spec_of
from tests.unit.tocsin.domain.judging.quick_rules import AT_ONCE, DAY, QUICK, rule
from tocsin.domain.calling.scoring import AlertState
from tocsin.domain.calling.thresholds import Tail, threshold_for
from tocsin.domain.judging.adaptation import LEAST, MOST, MOST_AT_FIRST, UP, Pace, Usual
from tocsin.domain.judging.aftermath import SHARE, Aftermath
from tocsin.domain.judging.decisions import Decided, Rule, Standing, decide, judge_late

scores = st.lists(
    st.one_of(st.floats(0, 1), st.floats(0, 3), st.sampled_from([nan, 1.0, 2.0])), max_size=120
)
standings = st.builds(
    Standing,
    st.just(AlertState()),
    st.builds(Usual, st.integers(-220, 1_090), st.integers(0, 40)),
    st.one_of(st.just(Aftermath()), st.builds(Aftermath, st.floats(0.1, 50), st.just(-1_000))),
)


def in_parts(
    score: list[float], cuts: list[int], judged_by: Rule, start: Standing, out: list[bool] | None
) -> Decided:
    """Decide part by part and put the parts together."""
    standing = start
    whole = Decided([], [], [], start)
    for first, last in pairwise([0, *cuts, len(score)]):
        if first == last:
            continue
        found = decide(
            standing,
            judged_by,
            range(1_000 * first, 1_000 * last, 1_000),
            score[first:last],
            sensors_out=None if out is None else out[first:last],
        )
        standing = found.standing
        changes = [(index + first, change) for index, change in found.changes]
        whole = Decided(
            whole.thresholds + found.thresholds,
            whole.anomalous + found.anomalous,
            whole.changes + changes,
            standing,
        )
    return whole


@given(
    scores,
    st.lists(st.integers(0, 120), max_size=20),
    standings,
    st.integers(0, 20_000),
    st.sampled_from([QUICK, AT_ONCE]),
)
def test_a_stream_decides_the_same_however_it_is_cut(
    score: list[float], cuts: list[int], start: Standing, cooldown_ms: int, pace: Pace
) -> None:
    judged_by = rule(pace, cooldown_ms=cooldown_ms)
    inside = sorted(cut for cut in cuts if cut <= len(score))
    every = list(range(1, len(score)))
    one_by_one = in_parts(score, every, judged_by, start, None)
    assert in_parts(score, inside, judged_by, start, None) == one_by_one
    # Told of sensors that all work, nothing is decided at once: both ways are the same.
    working = [False] * len(score)
    assert in_parts(score, [], judged_by, start, working) == one_by_one


def test_a_threshold_that_is_learned_within_a_message_counts_from_the_next_reading() -> None:
    start = Standing(usual=Usual(ticks=6, readings=QUICK.learns_for - 1))
    found = in_parts([0.1] * 4, [], rule(), start, None)
    assert found.thresholds == [2.0, 2.0 * exp(0.01), 2.0, 2.0]
    assert found == in_parts([0.1] * 4, [1, 2, 3], rule(), start, None)


def test_what_is_learned_ends_at_the_limits() -> None:
    loud = Standing(usual=Usual(QUICK.highest - 1, QUICK.learns_for))
    found = in_parts([2.99] * 9, [], rule(), loud, None)
    assert found.standing.usual.ticks in range(QUICK.highest - 9, QUICK.highest + 1)
    assert max(found.thresholds) <= 2.0 * MOST
    quiet = Standing(usual=Usual(QUICK.lowest + 1, QUICK.learns_for))
    for cuts in ([], [1, 2, 3]):
        assert in_parts([0.0] * 9, cuts, rule(), quiet, None).standing.usual.ticks == QUICK.lowest


@given(scores, standings)
def test_a_reading_is_anomalous_above_the_threshold_in_force_or_with_a_sensor_out(
    score: list[float], start: Standing
) -> None:
    out = [index % 7 == 3 for index in range(len(score))]
    found = in_parts(score, [], rule(), start, out)
    assert found.anomalous == [
        value > threshold or is_out
        for value, threshold, is_out in zip(score, found.thresholds, out, strict=True)
    ]
    peaks = [value for value in score if not isnan(value)]
    highest = max(2.0 * MOST, SHARE * max(start.aftermath.peak, 0.0, *peaks))
    assert all(2.0 * LEAST <= threshold <= highest for threshold in found.thresholds)


@given(scores, standings)
def test_late_readings_are_judged_but_change_nothing(score: list[float], start: Standing) -> None:
    found = judge_late(start, rule(), score, sensors_out=None)
    assert found.standing == start
    assert found.changes == []
    assert len(set(found.thresholds)) <= 1
    assert found.anomalous == [
        value > threshold for value, threshold in zip(score, found.thresholds, strict=True)
    ]
    with_sensor = judge_late(start, rule(), score, sensors_out=[True] * len(score))
    assert with_sensor.anomalous == [True] * len(score)


@given(scores, st.floats(0.5, 4))
def test_an_operators_factor_stands_in_place_of_the_learned_one(
    score: list[float], factor: float
) -> None:
    learned = Standing(usual=Usual(ticks=500, readings=40))
    found = decide(
        learned, rule(), range(len(score)), score, sensors_out=[False] * len(score),
        operator_factor=factor,
    )  # fmt: skip
    assert found.thresholds == [2.0 * factor] * len(score)


def test_nothing_is_learned_from_what_is_odd_missing_or_in_an_alert() -> None:
    start = Standing(AlertState(open_since=5), Usual(7, 12))
    in_alert = decide(start, rule(), [6, 7], [0.5, 1.5], sensors_out=None)
    assert in_alert.standing.usual == Usual(7, 12)
    calm = Standing(usual=Usual(7, 12))
    odd = decide(calm, rule(), [6, 7, 8], [9.0, nan, 0.5], sensors_out=[False, False, True])
    assert odd.standing.usual == Usual(7, 12)
    normal = decide(calm, rule(), [6, 7], [0.5, 1.5], sensors_out=None)
    assert normal.standing.usual == Usual(7 - 1 + UP, 14)


def test_the_rule_takes_the_bundles_tail_to_the_target() -> None:
    tail = Tail(level=3.0, peaks_per_day=100.0, shape=0.1, scale=0.5)
    fitted = spec_of(RIG, tail=tail, cooldown_s=1.5)
    assert Rule.of(fitted, RIG, 0.5).threshold == threshold_for(tail, 0.5)
    assert Rule.of(fitted, RIG, 0.5).cooldown_ms == 1_500
    assert Rule.of(fitted, RIG, 5.0).threshold < Rule.of(fitted, RIG, 0.5).threshold
    assert Rule.of(spec_of(RIG, threshold=7.0), RIG, 0.5).threshold == 7.0


@given(st.floats(0.01, 3_600))
def test_factors_keep_to_their_limits_at_any_period(period_s: float) -> None:
    pace = Pace.of(period_s)
    assert pace.factor(pace.highest, pace.learns_for) <= MOST
    assert pace.factor(pace.lowest, pace.learns_for) >= LEAST
    assert pace.factor(pace.lowest, pace.learns_for - 1) == 1.0
    assert pace.factor(0, 0) == 1.0
    assert pace.factor(pace.highest, pace.learns_for - 1) == MOST_AT_FIRST
    assert pace.learns_for * period_s >= DAY
