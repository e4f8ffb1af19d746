from __future__ import annotations

import math
from typing import Any

import pytest

from tocsin.domain.errors import InvalidProfileError
from tocsin.domain.messages.decode import MAX_CHANNELS
from tocsin.domain.messages.event_times import TimeLimits
from tocsin.domain.profile import parse_profile
from tocsin.profiles import load_profiles

CHANNEL = {"name": "heat_c", "title": "Heat", "unit": "°C", "low": 0, "high": 100}

LOAD = {**CHANNEL, "name": "load_pct", "role": "covariate"}


def profile(**changes: object) -> dict[str, Any]:
    return {
        "name": "probe",
        "title": "Probe",
        "period_s": 1,
        "window": 4,
        "channels": [CHANNEL],
        **changes,
    }


def test_the_shipped_profiles_are_valid_and_named_as_their_files() -> None:
    profiles = load_profiles()
    assert {"workcell", "motor", "environment", "thermal", "pump"} <= set(profiles)
    for name, one in profiles.items():
        assert one.name == name
        assert len(one.channels) <= MAX_CHANNELS
        assert one.window * one.period_s < 600, "a window must fill within minutes"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"period_s": 0}, "period_s must be above 0"),
        ({"window": 1}, "window at least 2"),
        ({"channels": []}, "no channels"),
        ({"channels": [CHANNEL, CHANNEL]}, "a channel twice"),
        ({"channels": [{**CHANNEL, "low": 100}]}, "low must be below high"),
        ({"channels": [{**CHANNEL, "high": math.nan}]}, "low must be below high"),
        ({"channels": [{"name": "x"}]}, "'title'"),
        ({"channels": 5}, "malformed"),
        ({"window": "many"}, "malformed"),
        ({"title": ...}, "'title'"),
        ({"channels": [CHANNEL, {**CHANNEL, "name": "x", "role": "input"}]}, "role is 'input'"),
        ({"channels": [LOAD, CHANNEL]}, "only the last"),
        ({"channels": [CHANNEL, LOAD, {**LOAD, "name": "x"}]}, "at most one"),
        ({"channels": [LOAD]}, "only the last"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(changes: dict[str, object], text: str) -> None:
    document = {name: value for name, value in profile(**changes).items() if value is not ...}
    with pytest.raises(InvalidProfileError, match=text) as caught:
        parse_profile(document)
    assert "'probe'" in str(caught.value)


@pytest.mark.parametrize("name", ["silence", "fan-silence"])
def test_no_channel_is_called_as_the_alert_of_a_silent_device(name: str) -> None:
    with pytest.raises(InvalidProfileError, match=name):
        parse_profile(profile(channels=[CHANNEL | {"name": name}]))


def test_a_covariate_is_sent_but_not_judged() -> None:
    judged = parse_profile(profile())
    assert not judged.has_covariate
    assert judged.judged_names == ("heat_c",)
    loaded = parse_profile(profile(channels=[CHANNEL, LOAD]))
    assert loaded.has_covariate
    assert loaded.channel_names == ("heat_c", "load_pct")
    assert loaded.judged_names == ("heat_c",)


def test_a_profile_says_which_event_times_can_be_true() -> None:
    assert parse_profile(profile()).event_times == TimeLimits(7.0, "refuse")
    told = parse_profile(profile(event_times={"behind_days": 90, "wrong": "place"}))
    assert told.event_times == TimeLimits(90.0, "place")


@pytest.mark.parametrize(
    ("event_times", "named"),
    [
        ([], "event_times"),
        ({"days": 3}, "event_times"),
        ({"behind_days": 0}, "behind_days"),
        ({"behind_days": 4_000}, "behind_days"),
        ({"behind_days": True}, "behind_days"),
        ({"behind_days": "7"}, "behind_days"),
        ({"wrong": "guess"}, "wrong"),
        ({"wrong": []}, "wrong"),
    ],
)
def test_event_times_of_a_profile_are_checked(event_times: object, named: str) -> None:
    with pytest.raises(InvalidProfileError, match=named):
        parse_profile(profile(event_times=event_times))
