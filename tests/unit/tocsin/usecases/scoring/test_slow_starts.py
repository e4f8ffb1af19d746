"""A start of what comes up slowly is over once it has come up."""

from __future__ import annotations

from tests.fakes.machines import (
    OVEN,
    STATELESS,
    Press,
    make_plant,
)
from tests.unit.tocsin.usecases.scoring.press_shop import (
    alerts,
    device_of,
    score_each,
)


async def test_what_is_on_and_has_not_come_up_yet_is_starting() -> None:
    plant, press = make_plant(OVEN), Press()
    await score_each(plant, press.run(60, mode=2))
    await score_each(plant, press.run(20, force=0.0, heat=5.0, mode=0))
    await score_each(plant, press.run(15, heat=5.0, mode=2))
    told = device_of(plant)
    assert (told["operating"]["state"], told["notScored"]["reason"]) == ("starting",) * 2
    came_up = press.now_ms + 1_000
    await score_each(plant, press.run(10, mode=2))
    operating = device_of(plant)["operating"]
    # It settles from there, however long it took.
    assert operating["state"] == "running"
    assert came_up <= operating["started"] == operating["since"] <= came_up + 2_000
    await score_each(plant, press.run(60, mode=2))
    assert device_of(plant)["score"] is not None
    assert alerts(plant) == []


async def test_what_is_on_and_never_comes_up_is_an_alert() -> None:
    plant, press = make_plant(OVEN), Press()
    await score_each(plant, press.run(60, mode=2))
    await score_each(plant, press.run(20, force=0.0, heat=5.0, mode=0))
    await score_each(plant, press.run(19, heat=10.0, mode=2))
    assert alerts(plant) == []
    await score_each(plant, press.run(10, heat=10.0, mode=2))
    (raised,) = alerts(plant)
    assert (raised["cause"], raised["state"]) == ("start", "starting")


async def test_what_is_first_heard_while_it_comes_up_is_starting() -> None:
    plant, press = make_plant(OVEN), Press()
    await score_each(plant, press.run(15, heat=5.0, mode=2))
    assert device_of(plant)["operating"]["state"] == "starting"
    await score_each(plant, press.run(60, mode=2))
    assert device_of(plant)["operating"]["state"] == "running"
    assert alerts(plant) == []


async def test_what_falls_again_at_work_is_no_start() -> None:
    plant, press = make_plant(OVEN), Press()
    await score_each(plant, press.run(60, mode=2))
    await score_each(plant, press.run(10, heat=-80.0, mode=2))
    assert device_of(plant)["operating"]["state"] == "running"
    assert [one["cause"] for one in alerts(plant)][:1] == ["score"]


async def test_what_stood_still_through_a_long_silence_comes_up_anew() -> None:
    plant, press = make_plant(OVEN), Press()
    await score_each(plant, press.run(60, mode=2))
    press.now_ms += 3_600_000
    await score_each(plant, press.run(10, heat=5.0, mode=2))
    assert device_of(plant)["operating"]["state"] == "starting"
    assert all(one["cause"] != "score" for one in alerts(plant))


async def test_a_device_that_tells_no_state_is_judged_as_without_one() -> None:
    with_rule, without = make_plant(OVEN), make_plant(STATELESS)
    for plant in (with_rule, without):
        press = Press()
        await score_each(plant, [*press.run(60), *press.run(10, heat=-80.0), *press.run(40)])
    told = [
        [(one["t"], one["type"], one["cause"]) for one in alerts(plant)]
        for plant in (with_rule, without)
    ]
    assert told[0] == told[1] != []
    assert device_of(with_rule)["operating"] is None
