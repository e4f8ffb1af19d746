"""What an incident says to people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tests.fakes.records import device_record
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS, IncidentPlant
from tocsin.domain.alerts.alert import Cause
from tocsin.domain.alerts.silence import clear_silence, raise_silence
from tocsin.domain.incidents.sources import Source, TopChannel
from tocsin.domain.incidents.top_channels import rank_channels
from tocsin.domain.incidents.words import (
    advise,
    describe_channel,
    describe_time,
    describe_trouble,
)
from tocsin.domain.limits.bounds import Breach


def test_a_channel_says_its_value_what_is_usual_and_its_share() -> None:
    top = TopChannel("vibration_mm_s", 0.71, 7.9, 1.1, 2.4)
    assert describe_channel(top) == "vibration_mm_s 7.9, usually 1.1 to 2.4; 71 % of the score"
    assert describe_channel(TopChannel("heat_c", 0.5)) == "heat_c; 50 % of the score"
    large = TopChannel("speed_rpm", 0.5, 12_345.6, 0.0, 3_000.0)
    assert describe_channel(large) == "speed_rpm 12346, usually 0 to 3000; 50 % of the score"


@pytest.mark.parametrize(
    ("cause", "sensors", "said"),
    [
        ("sensors", (("heat_c", "stuck"),), "sensor heat_c is stuck"),
        ("silence", (), "sends nothing"),
        ("score", (), "behaves unusually"),
    ],
)
def test_trouble_without_a_score_is_said_too(
    cause: Cause, sensors: tuple[tuple[str, str], ...], said: str
) -> None:
    source = Source("rig-1", "rig", causes=frozenset({cause}), sensors=sensors)
    assert describe_trouble(source) == said


def test_a_passed_limit_is_said_with_its_value_before_what_the_model_says() -> None:
    high = Breach("vibration_mm_s", "high", "alarm", 7.9, 7.1, "mm/s")
    low = Breach("flow_lpm", "low", "warning", None, None, "l/min")
    top = (TopChannel("vibration_mm_s", 0.71),)
    source = Source("rig-1", "rig", causes=frozenset({"score", "limit"}), top=top)
    assert describe_trouble(replace(source, limits=(low, high))) == (
        "vibration_mm_s 7.9 mm/s, above the alarm at 7.1 mm/s; flow_lpm, below the warning; "
        "vibration_mm_s; 71 % of the score"
    )


def test_a_limit_that_nobody_set_is_said_to_be_its_own_range() -> None:
    learned = Breach("vibration_mm_s", "high", "warning", 7.9, 2.1, "mm/s", learned=True)
    source = Source("rig-1", "rig", causes=frozenset({"limit"}), limits=(learned,))
    assert describe_trouble(source) == "vibration_mm_s 7.9 mm/s, above its own range at 2.1 mm/s"


@pytest.mark.parametrize(
    ("lasting_ms", "said"),
    [(-1, "for 0 s"), (40_000, "for 40 s"), (600_000, "for 10 min"), (10_000_000, "for 2 h")],
)
def test_how_long(lasting_ms: int, said: str) -> None:
    assert describe_time(NOW, NOW + lasting_ms) == said


def test_channels_that_say_nothing_are_left_out() -> None:
    alert = raise_alert("rig-1", NOW)
    (first, second) = rank_channels(alert, {"heat_c": None}, {"heat_c": (1.0, 2.0)})
    assert first == TopChannel("heat_c", 0.75, None, 1.0, 2.0)
    assert second == TopChannel("speed_rpm", 0.25)


async def test_who_is_silent_for_long_may_be_gone_for_good() -> None:
    site = IncidentPlant()
    record = device_record("rig-1", lastT=NOW - 1)
    await site.join(raise_silence(record))
    day_ms = 24 * 60 * MINUTE_MS
    assert advise(site.only(), NOW + day_ms - 1) == ""
    assert advise(site.only(), NOW + day_ms).startswith("; if it is gone for good, take it out")
    await site.join(clear_silence(replace(record, last_t=NOW + 5), raise_silence(record).alert_id))
    assert advise(site.only(), NOW + day_ms) == ""


async def test_an_alert_that_lasts_is_no_silence() -> None:
    site = IncidentPlant()
    await site.raise_on("rig-1")
    assert advise(site.only(), NOW + 10 * 24 * 60 * MINUTE_MS) == ""
