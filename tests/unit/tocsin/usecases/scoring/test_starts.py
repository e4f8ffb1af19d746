"""A start is judged by what it comes to, and by those before it."""

from __future__ import annotations

import pytest

from tests.fakes.machines import (
    TOLD,
    Press,
    make_plant,
)
from tests.fakes.messages import PERIOD_MS
from tests.fakes.services import Plant
from tests.unit.tocsin.usecases.scoring.press_shop import (
    alerts,
    device_of,
    score_each,
    shift_of,
)


async def test_a_start_that_does_not_reach_its_work_is_an_alert_and_named() -> None:
    plant, press = make_plant(), Press()
    await score_each(plant, press.run(60))
    await score_each(plant, press.rest(40))
    await score_each(plant, press.run(19, force=20.0, size=1))
    assert alerts(plant) == []
    await score_each(plant, press.run(6, force=20.0, size=1))
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["state"]) == ("start", "starting")
    assert (raised["score"], raised["contributions"]) == (None, {})
    await score_each(plant, press.run(60))
    assert [one["type"] for one in alerts(plant)] == ["raised", "cleared"]


async def try_to_start(plant: Plant, press: Press, periods: int, rested: int = 90) -> None:
    await score_each(plant, press.run(60))
    await score_each(plant, press.rest(rested))
    await score_each(plant, press.run(periods, force=30.0, size=1))
    await score_each(plant, press.rest(30))


async def test_a_start_that_falls_back_to_rest_by_itself_is_an_alert_until_it_runs() -> None:
    plant, press = make_plant(), Press()
    await try_to_start(plant, press, 8)
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["state"]) == ("start", "off")
    assert (raised["score"], raised["contributions"]) == (None, {})
    fell_at = press.now_ms - 30 * PERIOD_MS
    assert 0 < raised["t"] - fell_at <= 6 * PERIOD_MS
    await score_each(plant, press.ramp(10))
    await score_each(plant, press.run(60))
    assert [one["type"] for one in alerts(plant)] == ["raised", "cleared"]
    assert device_of(plant)["operating"]["fell"] is None


@pytest.mark.parametrize(("periods", "rested"), [(2, 90), (8, 20)])
async def test_what_stirs_for_a_moment_or_while_it_runs_down_is_no_start(
    periods: int, rested: int
) -> None:
    plant, press = make_plant(), Press()
    await try_to_start(plant, press, periods, rested)
    assert alerts(plant) == []


async def test_a_start_that_its_device_says_is_over_is_an_alert() -> None:
    plant, press = make_plant(TOLD), Press()
    await score_each(plant, press.run(30, mode=2))
    await score_each(plant, press.run(90, force=0.0, mode=0))
    await score_each(plant, press.run(10, force=30.0, mode=3))
    await score_each(plant, press.run(20, force=0.0, mode=0))
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["state"]) == ("start", "off")


async def test_a_start_far_beyond_those_before_it_is_an_alert() -> None:
    plant, press = make_plant(), Press()
    for _ in range(4):
        await shift_of(plant, press)
    await score_each(plant, press.rest(40))
    await score_each(plant, press.run(6, force=150.0))
    (raised,) = alerts(plant)
    assert raised["cause"] == "start"


async def test_a_told_start_that_takes_too_long_is_an_alert() -> None:
    plant, press = make_plant(TOLD), Press()
    await score_each(plant, press.run(60, mode=2))
    await score_each(plant, press.run(20, force=0.0, mode=0))
    await score_each(plant, press.run(25, force=30.0, mode=3))
    assert [one["cause"] for one in alerts(plant)] == ["start"]
