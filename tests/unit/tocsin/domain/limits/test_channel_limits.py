"""What people write of limits is read, or refused with the reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fakes.messages import PROFILES, RIG
from tocsin.domain.errors import InvalidProfileError, InvalidRequestError
from tocsin.domain.limits.bounds import parse_name
from tocsin.domain.limits.channel_limits import check_fit, parse_channel_limits
from tocsin.domain.limits.presets import PRESETS
from tocsin.domain.limits.site_limits import (
    check_channels,
    describe_site_limits,
    parse_site_limits,
)
from tocsin.domain.profile import Profile, parse_profile

SET: dict[str, Any] = {
    "profiles": {"rig": {"heat_c": {"warningHigh": 60, "alarmHigh": 80, "hysteresis": 2}}},
    "devices": {"rig-1": {"heat_c": {}, "speed_rpm": {"alarmLow": -3, "delayPeriods": 10}}},
}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "must be an object"),
        ({"warning": 3}, "'warning' is unknown; use preset, warningLow"),
        ({"alarmHigh": "7"}, "alarmHigh must be a number, not '7'"),
        ({"alarmHigh": True}, "alarmHigh must be a number"),
        ({"alarmHigh": 10**400}, "which no sensor shows"),
        ({"alarmHigh": float("nan")}, "which no sensor shows"),
        ({"preset": "iso"}, "not one of iso20816-3/group1/rigid"),
        ({"preset": ["iso"]}, "not one of"),
        ({"hysteresis": -1}, "hysteresis is -1"),
        ({"delayPeriods": -1}, "delayPeriods is -1"),
        ({"alarmHigh": 5, "warningHigh": 6}, "must not fall in this order"),
        ({"warningLow": 6, "warningHigh": 5}, "must not fall in this order"),
        ({"alarmLow": 1, "alarmHigh": 2, "hysteresis": 1}, "no value is back from both sides"),
    ],
)
def test_what_makes_no_sense_is_refused(written: object, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(said)):
        parse_channel_limits(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"alarmHigh": 100}, "the high alarm at 100 would never call: the sensor shows 0 to 100"),
        ({"warningLow": 0}, "the low warning at 0 would never call"),
        ({"preset": "iso20816-3/group2/rigid"}, "is in mm/s, the channel in g"),
    ],
)
def test_what_could_never_call_is_refused(written: object, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(said)):
        check_fit(parse_channel_limits(written), unit="g", low=0, high=100)


@pytest.mark.parametrize("name", PRESETS)
def test_zone_c_warns_and_zone_d_alarms(name: str) -> None:
    zones = PRESETS[name]
    assert zones.a_b < zones.b_c < zones.c_d
    limits = parse_channel_limits({"preset": name, "delayPeriods": 10})
    bounds = limits.list_bounds("vibration_mm_s", 1, "mm/s")
    assert [(each.level, each.side, each.value) for each in bounds] == [
        ("warning", "high", zones.b_c),
        ("alarm", "high", zones.c_d),
    ]
    assert [each.back for each in bounds] == pytest.approx([zones.b_c / 20, zones.c_d / 20])
    assert {each.delay for each in bounds} == {10}
    assert parse_name(bounds[0].name) == ("vibration_mm_s", "high", "warning")


def test_a_limit_of_ones_own_counts_before_that_of_a_preset() -> None:
    limits = parse_channel_limits({"preset": "iso20816-3/group2/rigid", "alarmHigh": 6})
    assert limits.find_value("high", "alarm") == 6
    assert limits.find_value("high", "warning") == 2.8
    assert limits.find_value("low", "alarm") is None


def test_what_a_site_sets_is_read_as_it_is_shown() -> None:
    limits = parse_site_limits(SET)
    assert describe_site_limits(limits) == SET
    assert parse_site_limits({}) == parse_site_limits({"profiles": {}, "devices": {}})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"device": {}}, "'device' is unknown; use devices, profiles"),
        ({"devices": []}, "limits.devices must be an object"),
        ({"devices": {"rig-1": 3}}, "limits.devices.rig-1 must be an object by channel"),
        ({"profiles": {"rig": {"heat_c": 3}}}, "limits.profiles.rig.heat_c: must be an object"),
        ({"devices": {str(n): {} for n in range(2_001)}}, "2001 are more than 2000"),
    ],
)
def test_a_place_that_makes_no_sense_is_named(written: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(said)):
        parse_site_limits(written)


def test_a_channel_that_is_not_there_is_named() -> None:
    limits = parse_site_limits({"profiles": {"rig": {"heat": {"alarmHigh": 3}}}})
    with pytest.raises(
        InvalidRequestError, match="has no channel 'heat'; it has speed_rpm, heat_c"
    ):
        check_channels("rig", limits.profiles["rig"], RIG)


def profile_with(limits: object, name: str = "heat_c") -> Profile:
    channel = {"name": name, "title": "heat", "unit": "C", "low": 0, "high": 100, "limits": limits}
    return parse_profile(
        {"name": "oven", "title": "Oven", "period_s": 1, "window": 4, "channels": [channel]}
    )


def test_a_profile_may_have_limits() -> None:
    (channel,) = profile_with({"warning_high": 60, "alarm_high": 80}).channels
    assert channel.limits is not None
    assert channel.limits.find_value("high", "alarm") == 80
    assert all(channel.limits is None for known in PROFILES.values() for channel in known.channels)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"alarmHigh": 80}, "'alarmHigh' is unknown; use preset, warning_low"),
        ({"alarm_high": 800}, "would never call"),
        ({"preset": "iso20816-3/group2/rigid"}, "is in mm/s, the channel in C"),
    ],
)
def test_a_profile_with_limits_that_make_no_sense_is_refused(limits: object, said: str) -> None:
    with pytest.raises(InvalidProfileError, match=re.escape(said)):
        profile_with(limits)


def test_no_channel_is_called_as_an_alert_of_a_limit() -> None:
    with pytest.raises(InvalidProfileError, match="no channel may be called"):
        profile_with(None, name="heat-high-alarm")
