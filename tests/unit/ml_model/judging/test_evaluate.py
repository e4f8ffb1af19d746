"""Alerts held against labels: what counts as found, false, or neither."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ml_model.detector.scoring import ScoredRecording
from ml_model.judging.evaluate import Judgement, judge, mark_readings, metrics_of
from ml_model.recording import Recording
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.judging.adaptation import Pace
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.profile import Channel, Profile

PLANT = Profile(
    "plant", "Plant", 1.0, 20, (Channel("a", "A", "u", 0, 9), Channel("b", "B", "u", 0, 9))
)
RULE = Rule(1.0, 0.5, Hysteresis(raise_after=3, clear_after=5), 0, Pace.of(1.0))


def judge_scores(
    *,
    high: list[range],
    faults: dict[str, range],
    rows: int = 400,
    unscored: int = 0,
    stuck: range = range(0),
    rule: Rule = RULE,
) -> Judgement:
    score = np.zeros(rows, dtype=np.float32)
    for stretch in high:
        score[list(stretch)] = 2.0
    score[:unscored] = np.nan
    labels = np.full(rows, "", dtype="U32")
    for kind, stretch in faults.items():
        labels[list(stretch)] = kind
    t = 1_000 * np.arange(rows, dtype=np.int64)
    recording = Recording("x", t, np.zeros((rows, 2), dtype=np.float32), labels)
    sensors = np.zeros((rows, 2), dtype=np.int8)
    sensors[list(stuck), 1] = 2
    return judge(ScoredRecording(recording, score, sensors), rule, PLANT)


def test_an_alert_inside_finds_the_event_with_its_delay() -> None:
    metrics = metrics_of([judge_scores(high=[range(110, 120)], faults={"spike": range(105, 125)})])
    assert metrics["events"]["by_kind"]["spike"] == {
        "total": 1, "found": 1, "recall": 1.0, "median_delay_s": 7.0,
        "median_delay_windows": 8.0,
    }  # fmt: skip
    assert metrics["false_alerts"] == 0
    assert metrics["events"]["precision"] == 1.0


def test_a_short_fault_may_be_found_just_after_its_end() -> None:
    result = judge_scores(high=[range(101, 105)], faults={"spike": range(100, 103)})
    assert [event.delay_s for event in result.events] == [3.0]


def test_the_return_to_normal_is_neither_found_nor_false() -> None:
    result = judge_scores(high=[range(122, 130)], faults={"drift": range(100, 120)})
    assert [event.delay_s for event in result.events] == [None]
    assert result.false_alerts == []


def test_an_alert_anywhere_else_is_false() -> None:
    high = [range(50, 56), range(140, 150), range(300, 310)]
    result = judge_scores(high=high, faults={"drift": range(100, 120)})
    assert result.false_alerts == [52, 142, 302]
    metrics = metrics_of([result])
    assert metrics["false_alerts"] == 3
    assert metrics["events"]["precision"] == 0.0
    assert metrics["false_alerts_per_device_day"] == round(3 / (400 / 86_400), 4)


def test_an_alert_that_was_open_before_finds_nothing() -> None:
    result = judge_scores(high=[range(60, 115)], faults={"drift": range(100, 120)})
    assert [event.delay_s for event in result.events] == [None]
    assert result.false_alerts == [62]


def test_kinds_that_show_no_value_are_listed_but_not_counted() -> None:
    faults = {"late_burst": range(50, 70), "spike": range(200, 210)}
    metrics = metrics_of([judge_scores(high=[range(200, 206)], faults=faults)])
    assert metrics["events"]["total"] == 1
    assert metrics["events"]["recall"] == 1.0
    assert metrics["events"]["by_kind"]["late_burst"]["found"] == 0


def test_readings_after_a_fault_and_without_a_score_do_not_count() -> None:
    result = judge_scores(high=[range(100, 130)], faults={"drift": range(100, 120)}, unscored=30)
    faulty, counts = mark_readings(result)
    assert faulty.sum() == 20
    assert not counts[:30].any()
    assert not counts[120:139].any()
    assert counts[139:].all()
    assert metrics_of([result])["readings"] == {"precision": 1.0, "recall": 1.0}


def test_a_sensor_that_is_out_raises_as_a_score_does() -> None:
    result = judge_scores(high=[], faults={"stuck": range(100, 130)}, stuck=range(110, 130))
    assert [event.delay_s for event in result.events] == [12.0]
    assert result.anomalous.sum() == 20


def test_a_cooldown_keeps_alerts_apart() -> None:
    high = [range(50, 56), range(70, 76), range(300, 310)]
    cooled = replace(RULE, cooldown_ms=60_000)
    assert judge_scores(high=high, faults={}).raised == [52, 72, 302]
    assert judge_scores(high=high, faults={}, rule=cooled).raised == [52, 302]


def test_without_events_or_days_there_is_no_ratio() -> None:
    metrics = metrics_of([judge_scores(high=[], faults={}, unscored=400)])
    assert metrics["events"]["recall"] is None
    assert metrics["events"]["precision"] is None
    assert metrics["false_alerts_per_device_day"] is None
