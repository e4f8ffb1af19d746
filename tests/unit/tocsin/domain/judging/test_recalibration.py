"""A device's threshold follows what operators said, or says why it cannot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.judging.recalibration import (
    LEAST_FACTOR,
    MOST_FACTOR,
    Label,
    PastAlert,
    is_allowed,
    recalibrate,
)

PROFILES_OWN = 10.0


def past(
    name: str, peak: float | None, label: Label | None = None, *, sensor: bool = False
) -> PastAlert:
    return PastAlert(name, 0, label, peak, sensor)


def effects(alerts: list[PastAlert], **thresholds: float) -> tuple[float | None, dict[str, str]]:
    found = recalibrate(
        alerts, **{"learned": 10.0, "before": 10.0, "profile_threshold": PROFILES_OWN, **thresholds}
    )
    return found.after, {one.alert_id: effect for one, effect in found.effects}


def test_the_lowest_that_silences_what_is_called_normal() -> None:
    alerts = [past("a", 12.0, "normal"), past("b", 14.0, "normal"), past("c", 13.0), past("d", 20)]
    after, found = effects(alerts)
    assert after == 14.0001
    assert found == {"a": "silenced", "b": "silenced", "c": "silenced", "d": "kept"}


def test_never_so_high_that_a_confirmed_anomaly_is_missed() -> None:
    alerts = [past("a", 12.0, "normal"), past("b", 14.0, "anomaly")]
    assert effects(alerts) == (12.0001, {"a": "silenced", "b": "kept"})
    # What was set or learned before gives way.
    assert effects(alerts, learned=30.0)[0] == 13.9999


def test_a_contradiction_is_told_and_decides_nothing() -> None:
    alerts = [past("a", 14.0, "normal"), past("b", 12.0, "anomaly"), past("c", 11.0, "normal")]
    found = recalibrate(alerts, learned=10.0, before=10.0, profile_threshold=PROFILES_OWN)
    assert (found.after, found.factor) == (None, None)
    (conflict,) = found.conflicts
    assert "alert a, called normal, reaches 14.0000" in conflict
    assert "anomaly b, which reaches 12.0000" in conflict
    assert {effect for _, effect in found.effects} == {"unknown"}


def test_what_lies_beyond_the_limits_is_told() -> None:
    for one, word in ((past("a", 40.1, "normal"), "4 times"), (past("a", 4.0, "anomaly"), "0.5")):
        found = recalibrate([one], learned=10.0, before=10.0, profile_threshold=PROFILES_OWN)
        assert found.after is None
        assert word in found.conflicts[0]


def test_an_alert_of_a_sensor_is_none_of_the_thresholds() -> None:
    after, found = effects([past("a", 12.0, sensor=True), past("b", 13.0, "normal")])
    assert (after, found) == (13.0001, {"a": "kept", "b": "silenced"})
    normal = recalibrate(
        [past("a", 12.0, "normal", sensor=True)],
        learned=10.0,
        before=10.0,
        profile_threshold=PROFILES_OWN,
    )
    assert "sensor out" in normal.conflicts[0]


def test_an_alert_whose_scores_are_gone_is_unknown_and_a_conflict_where_it_counts() -> None:
    assert effects([past("a", None)]) == (10.0, {"a": "unknown"})
    found = recalibrate(
        [past("a", None, "normal")], learned=10.0, before=10.0, profile_threshold=PROFILES_OWN
    )
    assert "another model" in found.conflicts[0]


def test_without_any_label_the_device_has_what_it_learned() -> None:
    assert effects([past("a", 12.0)], learned=11.0, before=20.0) == (11.0, {"a": "kept"})


peaks = st.floats(1, 60).map(lambda peak: round(peak, 4))
labels: st.SearchStrategy[Label | None] = st.sampled_from(["normal", "anomaly", None])


@given(st.lists(st.tuples(peaks, labels), max_size=8), st.floats(8, 30))
def test_a_threshold_that_is_found_does_what_was_asked(
    made: list[tuple[float, Label | None]], learned: float
) -> None:
    alerts = [past(f"{n}", peak, label) for n, (peak, label) in enumerate(made)]
    found = recalibrate(alerts, learned=learned, before=10.0, profile_threshold=PROFILES_OWN)
    normal = [one.peak or 0 for one in alerts if one.label == "normal"]
    anomalies = [one.peak or 0 for one in alerts if one.label == "anomaly"]
    if found.after is None:
        assert found.conflicts
        highest, lowest = max(normal, default=0), min(anomalies, default=99)
        assert (
            highest + 2e-4 >= lowest
            or highest + 2e-4 > MOST_FACTOR * PROFILES_OWN
            or lowest - 2e-4 < LEAST_FACTOR * PROFILES_OWN
        )
        return
    assert found.factor is not None
    assert is_allowed(found.factor)
    assert max(normal, default=0) < found.after < min(anomalies, default=99)
    if found.after > learned and found.after > LEAST_FACTOR * PROFILES_OWN:
        assert found.after <= max(normal) + 2e-4, "no higher than it takes"
