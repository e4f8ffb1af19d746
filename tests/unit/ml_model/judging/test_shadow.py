from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_model.detector.scoring import ScoredRecording
from ml_model.judging.shadow import Comparison, Shadow, compare, reasons_against, report_of
from ml_model.recording import Recording, Span

TARGET = 0.5
WINDOW_MS = 60_000
DAY_MS = 86_400_000
READINGS = 1_440
PERIOD_MS = 60_000


def span(minute: int, *, device: str = "a", minutes: int = 5) -> Span:
    return Span(device, minute * PERIOD_MS, (minute + minutes) * PERIOD_MS)


def shadow(
    alerts: Sequence[Span] = (), *, days: int = 10, seed: int = 0, device: str = "a"
) -> Shadow:
    """A device's days at one reading a minute, with random scores."""
    count = READINGS * days
    t = np.arange(count, dtype=np.int64) * PERIOD_MS
    recording = Recording(
        device, t, np.zeros((count, 1), dtype=np.float32), np.full(count, "", dtype=np.str_)
    )
    score = np.random.default_rng(seed).random(count).astype(np.float32)
    return Shadow(
        ScoredRecording(recording, score, np.zeros((count, 1), dtype=np.int8)), score > 0.9, alerts
    )


def of(
    active: Sequence[Span],
    candidate: Sequence[Span],
    confirmed: Sequence[Span] = (),
    days: int = 10,
) -> Comparison:
    return compare(
        [shadow(active, days=days)], [shadow(candidate, days=days)], confirmed, WINDOW_MS
    )


SPANS = st.lists(
    st.builds(span, st.integers(0, 10_000), device=st.sampled_from(["a", "b"])), max_size=8
)


@given(SPANS)
def test_a_bundle_agrees_with_itself(alerts: list[Span]) -> None:
    same = of(alerts, alerts)
    assert (same.only_active, same.only_candidate) == ([], [])
    assert same.agreement == (1.0 if alerts else None)
    assert same.readings_agree == 1.0
    assert same.score_correlation == pytest.approx(1.0)
    assert reasons_against(same, TARGET) == []


@given(SPANS, SPANS)
def test_every_alert_is_shared_or_alone_whoever_is_called_the_candidate(
    ours: list[Span], theirs: list[Span]
) -> None:
    comparison, other = of(ours, theirs), of(theirs, ours)
    assert (comparison.only_active, comparison.only_candidate) == (
        other.only_candidate,
        other.only_active,
    )
    assert comparison.agreement == other.agreement
    for alone in comparison.only_active:
        assert not any(alone.meets(alert, WINDOW_MS) for alert in theirs)


@given(SPANS, SPANS, SPANS)
def test_what_the_active_bundle_found_is_lost_or_found(
    confirmed: list[Span], ours: list[Span], theirs: list[Span]
) -> None:
    found = of(ours, theirs, confirmed)
    assert all(any(span.meets(alert, WINDOW_MS) for alert in ours) for span in found.confirmed)
    for span in found.lost:
        assert span in found.confirmed
        assert not any(span.meets(alert, WINDOW_MS) for alert in theirs)
    assert of(ours, ours, confirmed).lost == []
    lost = bool(found.lost)
    reasons = reasons_against(found, TARGET)
    assert any("are lost" in reason for reason in reasons) == lost


def test_alerts_within_a_window_of_each_other_are_the_same() -> None:
    assert of([span(10)], [span(16)]).agreement == 1.0
    apart = of([span(10)], [span(17)])
    assert apart.agreement == 0.0
    assert (apart.only_active, apart.only_candidate) == ([span(10)], [span(17)])
    assert of([span(10)], [span(10, device="b")]).agreement == 0.0


def test_three_by_the_target_are_enough_device_days() -> None:
    assert reasons_against(of([], [], days=6), TARGET) == []
    (reason,) = reasons_against(of([], [], days=5), TARGET)
    assert reason.startswith("5.00 device-days are too few to tell a rate of 0.5 a day: 6 are")


def test_a_rate_of_half_as_much_again_is_allowed_and_no_more() -> None:
    seven = [span(100 * number) for number in range(1, 8)]
    assert reasons_against(of([], seven), TARGET) == []
    eight = [*seven, span(900)]
    (reason,) = reasons_against(of([], eight), TARGET)
    assert reason == (
        "0.80 alerts a device and day that nobody confirmed, where 0.75 are allowed and the "
        "active bundle raises 0.00"
    )
    assert reasons_against(of(eight, eight), TARGET) == [], "the active one is no better"
    assert reasons_against(of([], eight, [span(900)]), TARGET) == [], "one of them was right"


def test_a_lost_alert_is_named() -> None:
    found = of([span(10), span(50)], [span(50)], [span(10), span(50)])
    assert found.lost == [span(10)]
    assert reasons_against(found, TARGET) == ["1 of 2 confirmed alerts are lost (a at 600000)"]


def test_the_correlation_heeds_no_scale_and_no_missing_score() -> None:
    active, candidate = shadow(), shadow()
    candidate.scored.score[:] = candidate.scored.score**3 * 40
    candidate.scored.score[:30] = np.nan
    found = compare([active], [candidate], [], WINDOW_MS)
    assert found.score_correlation == pytest.approx(1.0)
    other = compare([active], [shadow(seed=1)], [], WINDOW_MS)
    assert other.score_correlation is not None
    assert abs(other.score_correlation) < 0.1
    candidate.scored.score[:] = 1.0
    assert compare([active], [candidate], [], WINDOW_MS).score_correlation is None


def test_nothing_to_compare_is_too_little() -> None:
    found = compare([], [], [], WINDOW_MS)
    assert (found.agreement, found.readings_agree, found.score_correlation) == (None, None, None)
    report = report_of(found, TARGET)
    assert report["fit"] is False
    assert report["candidate"]["unconfirmed_per_device_day"] is None


def test_the_report_holds_both_sides() -> None:
    report = report_of(of([span(10), span(50)], [span(50)], [span(50)]), TARGET)
    assert report["fit"] is True
    assert report["active"] == {"alerts": 2, "unconfirmed": 1, "unconfirmed_per_device_day": 0.1}
    assert report["candidate"] == {"alerts": 1, "unconfirmed": 0, "unconfirmed_per_device_day": 0.0}
    assert report["only_active"] == [{"deviceId": "a", "from": 600_000, "to": 900_000}]
    assert report["agreement"] == pytest.approx(2 / 3, abs=1e-4)
