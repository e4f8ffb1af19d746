"""Near full load what strays for a moment raises nothing; what lasts, or is far off, does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.models import spec_of
from tocsin.domain.calling.scoring import Hysteresis
from tocsin.domain.errors import InvalidProfileError
from tocsin.domain.judging.adaptation import Pace
from tocsin.domain.judging.decisions import Rule, Standing, decide
from tocsin.domain.judging.unsteady import LASTS, STRONG, Unsteady
from tocsin.domain.profile import Profile, parse_profile
from tocsin.profiles import load_profiles

USUAL = Hysteresis(raise_after=3, clear_after=10)
UNSTEADY = Unsteady(75.0, 95.0, Hysteresis(LASTS, 10))
RULE = Rule(2.0, 1.9, USUAL, 0, Pace.of(1.0), unsteady=UNSTEADY)
WEAK, FAR = 2.0 * STRONG, 2.0 * STRONG + 0.1


def raise_at(
    scores: list[float], load: float | None, rule: Rule = RULE, out: list[int] | None = None
) -> list[int]:
    found = decide(
        Standing(), rule, range(0, 1_000 * len(scores), 1_000), scores, sensors_out=out,
        covariate=[load] * len(scores),
    )  # fmt: skip
    assert found.anomalous == [score > 2.0 or bool(out) for score in scores]
    return [index for index, change in found.changes if change == "raised"]


def test_what_strays_for_a_moment_near_full_load_raises_nothing() -> None:
    strays = [1.0] * 5 + [WEAK] * (LASTS - 1) + [1.0] * 20
    assert raise_at(strays, 82.0) == []
    assert raise_at(strays, 60.0) == [7]
    assert raise_at(strays, 110.0) == [7]
    assert raise_at(strays, None) == [7], "where the load is not told, nothing speaks for waiting"
    assert raise_at(strays, float("nan")) == [7]


def test_what_lasts_is_called_there_too() -> None:
    assert raise_at([1.0] * 5 + [WEAK] * 20, 82.0) == [5 + LASTS - 1]


def test_what_is_far_off_is_called_there_as_soon_as_anywhere() -> None:
    assert raise_at([1.0] * 5 + [FAR] * 3, 82.0) == [7]
    assert raise_at([1.0] * 5 + [2.1, 2.1, FAR], 82.0) == [7]


def test_a_sensor_that_goes_is_called_there_as_soon_as_anywhere() -> None:
    assert raise_at([1.0] * 6, 82.0, out=[1] * 6) == [2]


@given(st.lists(st.floats(0, 4), min_size=1, max_size=40), st.one_of(st.none(), st.floats(0, 150)))
def test_nothing_is_called_that_would_not_be_called_elsewhere(
    scores: list[float], load: float | None
) -> None:
    elsewhere = replace(RULE, unsteady=None)
    first, other = raise_at(scores, load)[:1], raise_at(scores, load, elsewhere)[:1]
    assert len(first) <= len(other)
    assert all(a >= b for a, b in zip(first, other, strict=False))


def test_the_rule_of_a_workcell_knows_where_it_is_unsteady() -> None:
    profile = load_profiles()["workcell"]
    rule = Rule.of(spec_of(profile), profile, 0.5)
    assert rule.unsteady is not None
    assert (rule.unsteady.low, rule.unsteady.high) == (75.0, 95.0)
    assert rule.unsteady.hysteresis.raise_after == LASTS
    pump = load_profiles()["pump"]
    assert Rule.of(spec_of(pump), pump, 0.5).unsteady is None


def parse(**covariate: object) -> Profile:
    channel = {"title": "x", "unit": "1", "low": 0, "high": 100}
    channels = [{**channel, "name": "a"}, {**channel, "name": "load", **covariate}]
    return parse_profile(
        {"name": "x", "title": "x", "period_s": 1, "window": 4, "channels": channels}
    )


def test_a_band_of_a_profile_is_checked() -> None:
    known = parse(role="covariate", unsteady=[70, 90]).covariate
    assert known is not None
    assert known.unsteady == (70.0, 90.0)
    for wrong in ([90, 70], [1], ["a", "b"], 3):
        with pytest.raises(InvalidProfileError):
            parse(role="covariate", unsteady=wrong)
    with pytest.raises(InvalidProfileError, match="only a covariate"):
        parse(unsteady=[70, 90])
