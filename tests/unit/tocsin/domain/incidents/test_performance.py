"""How often people are called, by the figures that control rooms use."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.domain.incidents.performance import DAY_MS, MINUTE_MS, Call, rate_calls


def calls(*minutes: float, device_id: str = "rig-1") -> list[Call]:
    return [Call(NOW + round(minute * MINUTE_MS), device_id, "heat_c") for minute in minutes]


def test_a_quiet_day() -> None:
    found = rate_calls(calls(0, 100, 200), NOW, NOW + DAY_MS)
    assert (found.calls, found.per_10_min, found.worst_10_min) == (3, 0.021, 1)
    assert (found.flood_pct, found.chattering, found.top10_pct) == (0.0, 0, 100.0)


def test_a_flood_lasts_until_it_is_calm_again() -> None:
    found = rate_calls(calls(*(n / 10 for n in range(11))), NOW, NOW + DAY_MS)
    assert found.worst_10_min == 11
    # From the 11th call until only 4 of the last ten minutes are left.
    assert found.flood_pct == round(100 * 9.6 * MINUTE_MS / DAY_MS, 3)


def test_ten_calls_in_ten_minutes_are_no_flood() -> None:
    assert rate_calls(calls(*range(10)), NOW, NOW + DAY_MS).flood_pct == 0.0


def test_a_source_chatters_with_three_calls_in_a_minute() -> None:
    spread = [*calls(0), *calls(0.1, device_id="rig-2"), *calls(0.2, device_id="rig-3")]
    assert rate_calls(spread, NOW, NOW + DAY_MS).chattering == 0
    assert rate_calls(calls(0, 0.5, 0.9), NOW, NOW + DAY_MS).chattering == 1
    assert rate_calls(calls(0, 0.5, 1.0), NOW, NOW + DAY_MS).chattering == 0


def test_the_noisiest_are_named() -> None:
    many = [call for n in range(20) for call in calls(*range(n + 1), device_id=f"rig-{n}")]
    found = rate_calls(many, NOW, NOW + DAY_MS)
    assert [source.device_id for source in found.noisiest] == [f"rig-{n}" for n in range(19, 9, -1)]
    assert found.noisiest[0].calls == 20
    assert found.top10_pct == round(100 * sum(range(11, 21)) / 210, 2)
    assert found.sources == 20


@given(st.lists(st.floats(0, 1_440), max_size=60))
def test_any_calls_have_figures(minutes: list[float]) -> None:
    found = rate_calls(calls(*minutes), NOW, NOW + DAY_MS)
    assert 0 <= found.flood_pct <= 100
    assert (found.flood_pct > 0) == (found.worst_10_min > 10)
    assert found.worst_10_min <= found.calls == len(minutes)
