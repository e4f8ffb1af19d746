"""How long a device may be quiet follows from how often it speaks."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.silence import LEAST_MS, clear_silence, limit_silence, raise_silence
from tocsin.domain.devices.standing_document import alert_id

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("gap_ms", "count", "limit_ms"),
    [(5_000, 20, LEAST_MS), (60_000, 20, 600_000), (HOUR_MS, 20, 10 * HOUR_MS)],
)
def test_ten_usual_gaps_are_allowed(gap_ms: int, count: int, limit_ms: float) -> None:
    assert limit_silence([NOW + gap_ms * n for n in range(count)], 1.0) == limit_ms


def test_a_pause_now_and_then_is_not_usual() -> None:
    gaps = [60_000] * 30 + [HOUR_MS]
    assert limit_silence([*accumulate(gaps, initial=NOW)], 1.0) == 600_000


def test_a_device_that_is_hardly_known_is_given_time() -> None:
    assert limit_silence([], 1.0) == LEAST_MS
    assert limit_silence([NOW, NOW + 5], 60.0) == 6_000_000


@given(st.lists(st.integers(0, 2**40), max_size=40))
def test_any_times_have_a_limit(times: list[int]) -> None:
    assert limit_silence(sorted(times), 1.0) >= LEAST_MS


def test_the_same_silence_is_the_same_alert() -> None:
    device = device_record("rig-1")
    raised = raise_silence(device)
    assert raised == raise_silence(device)
    assert raised.alert_id != alert_id("rig-1", raised.t)
    assert Alert.from_document(raised.to_document()) == raised
    heard = device_record("rig-1", lastT=NOW + 9)
    cleared = clear_silence(heard, raised.alert_id)
    assert (cleared.alert_id, cleared.document_id) == (
        raised.alert_id,
        f"{NOW + 9}-cleared-silence",
    )
    assert cleared.is_silence
